import { examplePrice, type Currency } from '@ticketing/common/money';
import type { ApiError } from './api/api.ts';
import { categories, type CategoryId } from './categories.ts';
import { isDay } from './dates.ts';
import { parsePrice } from './money.ts';
import { readPage } from './paging.ts';
import { param, type QueryParams } from './query-params.ts';

export const sorts = [
  { id: 'newest', label: 'Newest first' },
  { id: 'date', label: 'Event date' },
  { id: 'price', label: 'Lowest price' },
  { id: '-price', label: 'Highest price' },
  { id: 'oldest', label: 'Oldest first' },
] as const;

/** Divisible by two, three and four columns. */
export const pageSize = 24;

/** A search: the fields of the form as typed, and the page of the list. */
export interface CatalogueQuery {
  readonly q?: string | undefined;
  readonly category?: CategoryId | undefined;
  readonly city?: string | undefined;
  readonly minPrice?: string | undefined;
  readonly maxPrice?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly sort?: (typeof sorts)[number]['id'] | undefined;
  readonly page: number;
}

export const readCatalogueQuery = (params: QueryParams): CatalogueQuery => ({
  q: param(params, 'q')?.slice(0, 200),
  category: categories.find(({ id }) => id === param(params, 'category'))?.id,
  city: param(params, 'city')?.slice(0, 100),
  minPrice: param(params, 'minPrice'),
  maxPrice: param(params, 'maxPrice'),
  from: param(params, 'from'),
  to: param(params, 'to'),
  sort: sorts.find(({ id }) => id === param(params, 'sort'))?.id,
  page: readPage(param(params, 'page'), pageSize),
});

const priceProblem = (field: string, typed: string | undefined, currency: Currency): ApiError[] =>
  typed === undefined || parsePrice(typed, currency) !== undefined
    ? []
    : [{ field, message: `Enter a price such as ${examplePrice(currency)}` }];

const dayProblem = (field: string, typed: string | undefined): ApiError[] =>
  typed === undefined || isDay(typed) ? [] : [{ field, message: 'Enter a date such as 2026-12-31' }];

/** Errors of the search, by field. */
export const catalogueProblems = (query: CatalogueQuery, currency: Currency): readonly ApiError[] => {
  const problems = [
    ...priceProblem('minPrice', query.minPrice, currency),
    ...priceProblem('maxPrice', query.maxPrice, currency),
    ...dayProblem('from', query.from),
    ...dayProblem('to', query.to),
  ];
  if (problems.length > 0) return problems;
  const least = parsePrice(query.minPrice ?? '', currency);
  const most = parsePrice(query.maxPrice ?? '', currency);
  return [
    ...(least !== undefined && most !== undefined && least > most
      ? [{ field: 'maxPrice', message: 'The highest price is below the lowest' }]
      : []),
    ...(query.from !== undefined && query.to !== undefined && query.from > query.to
      ? [{ field: 'to', message: 'The last day is before the first' }]
      : []),
  ];
};

const withoutEmpty = (entries: Readonly<Record<string, string | number | undefined>>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(entries).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );

/** The API's query for a search without problems. The last day is included. */
export const toApiQuery = (query: CatalogueQuery, currency: Currency): URLSearchParams =>
  withoutEmpty({
    q: query.q,
    category: query.category,
    city: query.city,
    minPrice: parsePrice(query.minPrice ?? '', currency),
    maxPrice: parsePrice(query.maxPrice ?? '', currency),
    from: query.from,
    to: query.to === undefined ? undefined : `${query.to}T23:59:59.999Z`,
    sort: query.sort,
    page: query.page,
    limit: pageSize,
  });

/** The home page's URL for a search; a changed filter leads to the first page. */
export const catalogueHref = (query: CatalogueQuery, change: Partial<CatalogueQuery> = {}): string => {
  const { page, ...rest } = { ...query, page: 1, ...change };
  const params = withoutEmpty({ ...rest, page: page > 1 ? page : undefined }).toString();
  return params === '' ? '/' : `/?${params}`;
};

/** Whether the search has any filter. */
export const isNarrowed = (query: CatalogueQuery): boolean =>
  [query.q, query.category, query.city, query.minPrice, query.maxPrice, query.from, query.to].some(
    (value) => value !== undefined,
  );
