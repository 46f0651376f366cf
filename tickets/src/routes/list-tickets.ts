import { ticketCategories } from '@ticketing/common/events';
import { currentUserOf, dollars, pageLinks, paging, parse } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { listTickets, ticketSorts } from '../queries/list-tickets.ts';
import type { ListCache } from '../memory/list-cache.ts';
import { toTicketView } from './ticket-view.ts';

const once = (name: string) => z.string(`${name} must be given once`).trim().max(200, `${name} is too long`);

const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** A form that is sent with empty fields means the same as one without them. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (isBlank(value) ? undefined : value), schema.optional());

const price = (name: string) =>
  once(name)
    .regex(/^\d+(\.\d{1,2})?$/, `${name} must be a price such as 19.99`)
    .transform(Number)
    .pipe(z.union([z.literal(0), dollars], `${name} must be a price such as 19.99`));

const dayMs = 24 * 60 * 60 * 1000;

/** A moment, or a day (UTC), which is meant whole: `to` a day includes what starts in its evening. */
const date = (name: string, edge: 'start' | 'end') =>
  once(name)
    .refine(
      (value) => /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value)),
      `${name} must be an ISO 8601 date`,
    )
    .transform((value) => {
      const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value);
      return new Date(Date.parse(value) + (isDay && edge === 'end' ? dayMs - 1 : 0));
    });

export const listTicketsQuery = z.object({
  mine: optional(z.enum(['true', 'false'], 'Mine must be true or false')),
  q: optional(once('Q')),
  category: optional(z.enum(ticketCategories, `Category must be one of ${ticketCategories.join(', ')}`)),
  city: optional(once('City')),
  minPrice: optional(price('MinPrice')),
  maxPrice: optional(price('MaxPrice')),
  from: optional(date('From', 'start')),
  to: optional(date('To', 'end')),
  sort: z.preprocess(
    (value) => (isBlank(value) ? undefined : value),
    z.enum(ticketSorts, `Sort must be one of ${ticketSorts.join(', ')}`).default('newest'),
  ),
  ...paging({ defaultLimit: 20, maxLimit: 100 }),
});

type Query = z.output<typeof listTicketsQuery>;

const inDollars = (cents: number | undefined) => (cents === undefined ? undefined : cents / 100);

/** The list's address as the service understood it: what it does not know, or says nothing, is left out. */
const addressOf = ({ minPrice, maxPrice, from, to, ...query }: Query): string => {
  const parameters = new URLSearchParams();
  const known = {
    ...query,
    minPrice: inDollars(minPrice),
    maxPrice: inDollars(maxPrice),
    from: from?.toISOString(),
    to: to?.toISOString(),
  };
  for (const [name, value] of Object.entries(known)) if (value !== undefined) parameters.set(name, String(value));
  return `/api/tickets?${parameters.toString()}`;
};

export const listTicketsRoute =
  (deps: Deps, cache: ListCache): RequestHandler =>
  async (req, res) => {
    const query = parse(listTicketsQuery, req.query);
    const read = async (userId?: string) => {
      const { tickets, total } = await listTickets(deps, { ...query, userId });
      return {
        headers: pageLinks({ originalUrl: addressOf(query) }, { page: query.page, limit: query.limit, total }),
        body: Buffer.from(JSON.stringify(tickets.map(toTicketView))),
      };
    };
    // What can be bought is the same for everybody.
    const page =
      query.mine === 'true' ? await read(currentUserOf(req).id) : await cache.get(JSON.stringify(query), () => read());
    res.set(page.headers).type('json').send(page.body);
  };
