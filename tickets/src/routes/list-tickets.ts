import { ticketCategories } from '@ticketing/common/events';
import {
  currentUserOf,
  neverCached,
  pageHeaders,
  pageLinks,
  paging,
  parse,
  price,
  reachable,
  route,
} from '@ticketing/common/http';
import { examplePrice, toMajor, type Currency } from '@ticketing/common/money';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { listTickets, ticketSorts } from '../queries/list-tickets.ts';
import type { ListCache } from '../memory/list-cache.ts';
import { anyCurrency } from './listing-body.ts';
import { moment } from './moment.ts';
import { listedTicketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

const once = (name: string) => z.string(`${name} must be given once`).trim().max(200, `${name} is too long`);

const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** An empty field of a form means the same as an absent one. */
const blankable = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (isBlank(value) ? undefined : value), schema);

const optional = <Schema extends z.ZodType>(schema: Schema, description?: string) =>
  blankable(description === undefined ? schema.optional() : schema.optional().meta({ description }));

const oneOf = <const Value extends string>(values: readonly Value[], error: string) =>
  z.enum(values, error).meta({ enum: [...values, ''] });

const priceLimit = (name: string, currency: Currency) => {
  const error = `${name} must be a price such as ${examplePrice(currency)}`;
  return once(name)
    .regex(/^\d+(\.\d+)?$/, error)
    .transform(Number)
    .pipe(z.union([z.literal(0), price(currency)], error))
    .meta({ pattern: String.raw`^(\d+(\.\d+)?)?$`, description: 'Major units, such as 19.99' });
};

const dayMs = 24 * 60 * 60 * 1000;

/** A moment, or a whole day in UTC: `to` a day includes what starts on its evening. */
const date = (name: string, edge: 'start' | 'end') => {
  const error = `${name} must be a date, or an ISO 8601 date and time with its offset`;
  const day = z.iso.date().transform((value) => new Date(Date.parse(value) + (edge === 'end' ? dayMs - 1 : 0)));
  return once(name).pipe(z.union([day, moment(name)], error));
};

const listTicketsQuery = (currency: Currency) =>
  z
    .object({
      mine: optional(oneOf(['true', 'false'], 'Mine must be true or false')),
      q: optional(
        once('Q'),
        "Every word of it, in title, venue, city or description; of one's own tickets in title, venue or city",
      ),
      category: optional(oneOf(ticketCategories, `Category must be one of ${ticketCategories.join(', ')}`)),
      city: optional(once('City')),
      minPrice: optional(priceLimit('MinPrice', currency)),
      maxPrice: optional(priceLimit('MaxPrice', currency)),
      from: optional(
        date('From', 'start'),
        'Earliest start: a moment with its offset, or the beginning of a day in UTC',
      ),
      to: optional(date('To', 'end'), 'Latest start: a moment with its offset, or the end of a day in UTC'),
      sort: blankable(oneOf(ticketSorts, `Sort must be one of ${ticketSorts.join(', ')}`).default('newest')),
      ...paging({ defaultLimit: 20, maxLimit: 100 }),
    })
    .refine(...reachable);

type Query = z.output<ReturnType<typeof listTicketsQuery>>;

/** The path and query of the list as they were understood, without unknown and empty parameters. */
const addressOf = (currency: Currency, { minPrice, maxPrice, from, to, ...query }: Query): string => {
  const parameters = new URLSearchParams();
  const known = {
    ...query,
    minPrice: minPrice === undefined ? undefined : toMajor(currency, minPrice),
    maxPrice: maxPrice === undefined ? undefined : toMajor(currency, maxPrice),
    from: from?.toISOString(),
    to: to?.toISOString(),
  };
  for (const [name, value] of Object.entries(known)) if (value !== undefined) parameters.set(name, String(value));
  return `/api/tickets?${parameters.toString()}`;
};

export const listTicketsRoute = route(
  {
    name: 'listTickets',
    description:
      "What can be bought now, the same for everybody; with mine=true the caller's own tickets, held, sold and withdrawn ones too. Without descriptions.",
    caller: 'anyone-or-user',
    query: listTicketsQuery(anyCurrency),
    response: { description: 'A page of tickets', headers: pageHeaders, body: z.array(listedTicketShape) },
    errors: [401],
  },
  (deps: Deps & { readonly listCache: ListCache }) => {
    const querySchema = listTicketsQuery(deps.currency);
    return async (req, res) => {
      const query = parse(querySchema, req.query);
      const read = async (userId?: string) => {
        const { tickets, total } = await listTickets(deps, { ...query, userId });
        return {
          headers: pageLinks(
            { originalUrl: addressOf(deps.currency, query) },
            { page: query.page, limit: query.limit, total },
          ),
          body: Buffer.from(JSON.stringify(tickets.map((ticket) => toTicketView(deps, ticket)))),
        };
      };
      // Every caller gets the same page of tickets on sale.
      const page =
        query.mine === 'true'
          ? await read(currentUserOf(req).id)
          : await deps.listCache.get(JSON.stringify(query), () => read());
      if (query.mine === 'true') res.set(neverCached);
      res.set(page.headers).type('json').send(page.body);
    };
  },
);
