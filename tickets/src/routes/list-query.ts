import { ticketCategories } from '@ticketing/common/events';
import { foldToLine, pageLinks, paging, parse, price } from '@ticketing/common/http';
import { examplePrice, toMajor, type Currency } from '@ticketing/common/money';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ListPage } from '../memory/list-cache.ts';
import { listSorts, type ListPage as FoundPage } from '../queries/read-list.ts';
import { moment } from './moment.ts';

export const once = (name: string) => z.string(`${name} must be given once`).trim().max(200, `${name} is too long`);

const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** An empty field of a form means the same as an absent one. */
const blankable = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (isBlank(value) ? undefined : value), schema);

export const optional = <Schema extends z.ZodType>(schema: Schema, description?: string) =>
  blankable(description === undefined ? schema.optional() : schema.optional().meta({ description }));

const searched = (name: string, description?: string) =>
  z.preprocess((value) => (typeof value === 'string' ? foldToLine(value) : value), optional(once(name), description));

export const oneOf = <const Value extends string>(values: readonly Value[], error: string) =>
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

/** The query parameters that the lists of tickets and of events have. */
export const listQuery = (currency: Currency) => ({
  q: searched('Q', 'Words, or beginnings of words, which must all be in title, venue, city or description'),
  category: optional(oneOf(ticketCategories, `Category must be one of ${ticketCategories.join(', ')}`)),
  city: searched('City'),
  minPrice: optional(priceLimit('MinPrice', currency)),
  maxPrice: optional(priceLimit('MaxPrice', currency)),
  from: optional(date('From', 'start'), 'Earliest start: a moment with its offset, or the beginning of a day in UTC'),
  to: optional(date('To', 'end'), 'Latest start: a moment with its offset, or the end of a day in UTC'),
  sort: blankable(oneOf(listSorts, `Sort must be one of ${listSorts.join(', ')}`).default('newest')),
  ...paging({ defaultLimit: 20, maxLimit: 100 }),
});

/** About 3,000 queries. */
const standardMaxBytes = 4 * 1024 * 1024;

/** Of a remembered query beside what its text says, as parameters and as the key. */
const overheadBytes = 1_024;

/**
 * Reads the query of a list, and the key of its page, which all queries that mean the same share. Queries are remembered by
 * their text: to check every parameter takes longer than to send a page that is cached, and most requests have one of a few
 * queries. What is wrong is not remembered. At `maxBytes` those that were not used for longest are forgotten.
 */
export const queryReader = <Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  maxBytes: number = standardMaxBytes,
): ((req: Pick<Request, 'url' | 'query'>) => { readonly query: z.output<Schema>; readonly key: string }) => {
  const known = new LRUCache<string, { readonly query: z.output<Schema>; readonly key: string }>({
    maxSize: maxBytes,
    sizeCalculation: ({ key }, text) => overheadBytes + 3 * text.length + key.length,
  });
  return (req) => {
    const start = req.url.indexOf('?');
    const text = start === -1 ? '' : req.url.slice(start);
    const found = known.get(text);
    if (found !== undefined) return found;
    const query = parse(schema, req.query);
    const read = { query, key: JSON.stringify([path, query]) };
    // What follows a # is no part of the query that Express has parsed. Browsers do not send it.
    if (!req.url.includes('#')) known.set(text, read);
    return read;
  };
};

interface ListQuery {
  readonly minPrice?: number | undefined;
  readonly maxPrice?: number | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly page: number;
  readonly limit: number;
}

/** The headers of a page, whose links have the query as it was understood, without unknown and empty parameters. */
export const listHeaders = (
  path: string,
  { minPrice, maxPrice, from, to, ...query }: ListQuery,
  currency: Currency,
  { total, isCapped }: Pick<FoundPage<never>, 'total' | 'isCapped'>,
): Record<string, string> => {
  const parameters = new URLSearchParams();
  const known = {
    ...query,
    minPrice: minPrice === undefined ? undefined : toMajor(currency, minPrice),
    maxPrice: maxPrice === undefined ? undefined : toMajor(currency, maxPrice),
    from: from?.toISOString(),
    to: to?.toISOString(),
  };
  for (const [name, value] of Object.entries(known)) if (value !== undefined) parameters.set(name, String(value));
  const { page, limit } = query;
  return pageLinks({ originalUrl: `${path}?${parameters.toString()}` }, { page, limit, total, isCapped });
};

/** A page as it is sent: its headers are complete, so that a cached one needs no work. */
export const toListPage = (headers: Readonly<Record<string, string>>, entries: readonly unknown[]): ListPage => {
  const body = Buffer.from(JSON.stringify(entries));
  return {
    headers: { ...headers, 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': String(body.length) },
    body,
  };
};

/** Sends a page. What Express works out for each response takes a sixth of the CPU of one that is cached. */
export const sendListPage = (res: Response, { headers, body }: ListPage): void => {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.end(body);
};
