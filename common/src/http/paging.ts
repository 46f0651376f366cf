import type { Request } from 'express';
import { z } from 'zod';

const number = (name: string, max: number) =>
  z
    .string(`${name} must be given once`)
    .regex(/^\d{1,9}$/, `${name} must be a whole number`)
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, `${name} must be from 1 to ${max}`)
    .meta({ type: 'integer', minimum: 1, maximum: max });

/**
 * How many entries of a list are counted and can be reached: skipping and counting read each of them, so a request costs no
 * more however long the list is.
 */
export const maxListed = 10_000;

/** Query parameters of every list; `page` starts at 1. */
export const paging = (options: { readonly defaultLimit: number; readonly maxLimit: number }) => ({
  page: number('Page', maxListed).prefault('1'),
  limit: number('Limit', options.maxLimit).prefault(String(options.defaultLimit)),
});

/** The check of a list's whole query: `query.refine(...reachable)`. */
export const reachable: [
  check: (query: { readonly page: number; readonly limit: number }) => boolean,
  problem: { path: string[]; error: string },
] = [
  // A number that is wrong by itself has an error of its own, and may be NaN here.
  ({ page, limit }) => page > maxListed || !((page - 1) * limit >= maxListed),
  { path: ['page'], error: `Page must begin within the first ${maxListed} entries` },
];

/** The headers of every list, as OpenAPI describes them. */
export const pageHeaders = {
  'X-Total-Count': z.int().max(maxListed),
  'X-Total-Count-Capped': z
    .literal('true')
    .meta({ description: 'There may be more entries than X-Total-Count, which is as far as they were counted' })
    .optional(),
  Link: z.string().optional(),
};

/** Proxies reject a response whose headers are larger than a few KB (nginx: 4). */
const longestLink = 3_000;

/**
 * The total count and the links to other pages (RFC 8288); with a very long query, fewer links. `total` is counted up to
 * `maxListed + 1` at most; `isCapped` says that there may be more than it even if it is less.
 */
export const pageLinks = (
  req: Pick<Request, 'originalUrl'>,
  list: { readonly page: number; readonly limit: number; readonly total: number; readonly isCapped?: boolean },
): Record<string, string> => {
  const total = Math.min(list.total, maxListed);
  const last = Math.max(1, Math.ceil(total / list.limit));
  const link = (page: number, rel: string): string => {
    const url = new URL(req.originalUrl, 'http://relative.invalid');
    url.searchParams.set('page', String(page));
    url.searchParams.set('limit', String(list.limit));
    return `<${url.pathname}${url.search}>; rel="${rel}"`;
  };
  const next = list.page < last ? [link(list.page + 1, 'next')] : [];
  const neighbours = [...(list.page > 1 ? [link(list.page - 1, 'prev')] : []), ...next];
  const links = [[link(1, 'first'), ...neighbours, link(last, 'last')], neighbours, next]
    .map((choice) => choice.join(', '))
    .find(({ length }) => length <= longestLink);
  return {
    'X-Total-Count': String(total),
    ...(list.isCapped === true || list.total > maxListed ? { 'X-Total-Count-Capped': 'true' } : {}),
    ...(links === undefined || links === '' ? {} : { Link: links }),
  };
};
