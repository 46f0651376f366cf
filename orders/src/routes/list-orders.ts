import { currentUserOf, pageLinks, paging, parse } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { listOrders } from '../queries/list-orders.ts';
import { toOrderView } from './order-view.ts';

export const listOrdersQuery = z.object({
  ...paging({ defaultLimit: 200, maxLimit: 1000 }),
  sort: z.enum(['oldest', 'newest'], 'Sort must be oldest or newest').default('oldest'),
});

export const listOrdersRoute =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const { page, limit, sort } = parse(listOrdersQuery, req.query);
    const userId = currentUserOf(req).id;
    const { orders, total } = await listOrders(deps, { userId, newestFirst: sort === 'newest', page, limit });
    res.set(pageLinks(req, { page, limit, total })).send(orders.map(toOrderView));
  };
