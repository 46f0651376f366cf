import type { Api, Result } from './api/api.ts';
import { listSalesAsCsv } from './api/marketplace.ts';
import { readPaging } from './paging.ts';

/** Of the API's pages. */
const pageSize = 100;

/** A record of CSV (RFC 4180) with its end; a cell in quotes may have line breaks. */
const record = /(?:"(?:[^"]|"")*"|[^"\r\n])+\r\n/g;

/**
 * All sales that can be listed as one file, the newest first. A sale that is made meanwhile moves another one to the next page,
 * so records are told apart by their first cell, the id of the order; that of the headings is the same on each page.
 */
export const readSalesCsv = async (api: Api): Promise<Result<string>> => {
  const records = new Map<string, string>();
  for (let page = 1; ; page += 1) {
    const result = await listSalesAsCsv(api, new URLSearchParams({ page: String(page), limit: String(pageSize) }));
    if (!result.ok) return result;
    for (const found of result.data.match(record) ?? []) records.set(found.slice(0, found.indexOf(',')), found);
    if (!readPaging(result.header, { page, shown: pageSize }).hasNext)
      return { ...result, data: [...records.values()].join('') };
  }
};
