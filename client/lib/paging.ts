/** A page of a list, as described by the response's headers. */
export interface Paging {
  readonly page: number;
  readonly total: number;
  readonly hasNext: boolean;
}

/** Reads `X-Total-Count` and the `next` of `Link` (RFC 8288). */
export const readPaging = (
  headers: { readonly total: string | undefined; readonly link: string | undefined },
  list: { readonly page: number; readonly shown: number },
): Paging => {
  const total = Number(headers.total ?? Number.NaN);
  return {
    page: list.page,
    total: Number.isSafeInteger(total) && total >= 0 ? total : list.shown,
    hasNext: /;\s*rel="?next"?\s*(,|;|$)/.test(headers.link ?? ''),
  };
};

/** The page number in a query parameter; 1 if it is not a valid one. */
export const readPage = (value: string | undefined): number =>
  value !== undefined && /^[1-9]\d{0,4}$/.test(value) ? Number(value) : 1;
