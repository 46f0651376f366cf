import type { Request } from 'express';
import { z } from 'zod';

const number = (name: string, max: number) =>
  z
    .string(`${name} must be given once`)
    .regex(/^\d{1,9}$/, `${name} must be a whole number`)
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, `${name} must be from 1 to ${max}`)
    .meta({ type: 'integer', minimum: 1, maximum: max });

/** Query parameters of every list; `page` starts at 1. */
export const paging = (options: { readonly defaultLimit: number; readonly maxLimit: number }) => ({
  page: number('Page', 100_000).prefault('1'),
  limit: number('Limit', options.maxLimit).prefault(String(options.defaultLimit)),
});

/** The headers of every list, as OpenAPI describes them. */
export const pageHeaders = { 'X-Total-Count': z.int(), Link: z.string() };

/** Proxies reject a response whose headers are larger than a few KB (nginx: 4). */
const longestLink = 3_000;

/** The total count and the links to other pages (RFC 8288); with a very long query, fewer links. */
export const pageLinks = (
  req: Pick<Request, 'originalUrl'>,
  list: { readonly page: number; readonly limit: number; readonly total: number },
): Record<string, string> => {
  const last = Math.max(1, Math.ceil(list.total / list.limit));
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
  return { 'X-Total-Count': String(list.total), ...(links === undefined || links === '' ? {} : { Link: links }) };
};
