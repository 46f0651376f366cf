import { param, type QueryParams } from './query-params.ts';

/** A page of a list, as described by the response's headers. */
export interface Paging {
  readonly page: number;
  readonly total: number;
  /** There are more than `total`, which is as far as lists are counted. */
  readonly isCapped: boolean;
  readonly hasNext: boolean;
}

/** Reads `X-Total-Count`, `X-Total-Count-Capped` and the `next` of `Link` (RFC 8288). */
export const readPaging = (
  header: (name: string) => string | undefined,
  list: { readonly page: number; readonly shown: number },
): Paging => {
  const total = Number(header('x-total-count') ?? Number.NaN);
  return {
    page: list.page,
    total: Number.isSafeInteger(total) && total >= 0 ? total : list.shown,
    isCapped: header('x-total-count-capped') === 'true',
    hasNext: /;\s*rel="?next"?\s*(,|;|$)/.test(header('link') ?? ''),
  };
};

/** The number of entries that can be reached by pages. */
const maxListed = 10_000;

/** The page number in a query parameter, at most the last that can be reached; 1 if it is not a valid one. */
export const readPage = (value: string | undefined, pageSize: number): number =>
  value !== undefined && /^[1-9]\d{0,4}$/.test(value) ? Math.min(Number(value), Math.ceil(maxListed / pageSize)) : 1;

/** What Next passes to the page of a list. */
export interface ListPageProps {
  readonly searchParams: Promise<QueryParams>;
}

/** The pages of the list at this path, with so many entries each. */
export const listPages = (path: string, pageSize: number) => {
  const pageHref = (page: number): string => (page === 1 ? path : `${path}?page=${page}`);
  const readNumber = async ({ searchParams }: ListPageProps): Promise<number> =>
    readPage(param(await searchParams, 'page'), pageSize);
  return {
    pageHref,
    readNumber,
    /** Of the page that is shown. */
    pathOf: async (props: ListPageProps): Promise<string> => pageHref(await readNumber(props)),
  };
};
