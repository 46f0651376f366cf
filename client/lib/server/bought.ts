import 'server-only';
import type { Failure } from '../api/api.ts';
import { listOrders } from '../api/marketplace.ts';
import type { Order } from '../api/schemas.ts';
import { readPaging } from '../paging.ts';
import { serverApi } from './api.ts';

const pageSize = 100;
/** Older orders are found in the list of all. */
const maxPages = 5;

export interface Bought {
  readonly ok: true;
  readonly orders: readonly Order[];
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** The user's newest 500 orders at most. */
export const readBought = async (): Promise<Bought | { readonly ok: false; readonly failure: Failure }> => {
  const api = await serverApi();
  const orders: Order[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const query = new URLSearchParams({ sort: 'newest', page: String(page), limit: String(pageSize) });
    const result = await listOrders(api, query);
    if (!result.ok) return result;
    orders.push(...result.data);
    if (!readPaging(result.header, { page, shown: result.data.length }).hasNext)
      return { ok: true, orders, isWhole: true };
  }
  return { ok: true, orders, isWhole: false };
};
