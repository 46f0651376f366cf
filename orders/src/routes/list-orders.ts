import { currentUserOf, pageHeaders, pageLinks, paging, parse, reachable, route } from '@ticketing/common/http';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { listOrders } from '../queries/list-orders.ts';
import { orderShape } from './order-shape.ts';
import { toOrderView } from './order-view.ts';

const query = z
  .object({
    ...paging({ defaultLimit: 200, maxLimit: 1000 }),
    sort: z.enum(['oldest', 'newest'], 'Sort must be oldest or newest').default('oldest'),
  })
  .refine(...reachable);

export const listOrdersRoute = route(
  {
    name: 'listOrders',
    query,
    response: { description: "The caller's orders", headers: pageHeaders, body: z.array(orderShape) },
  },
  (deps: Deps) => async (req, res) => {
    const { page, limit, sort } = parse(query, req.query);
    const userId = currentUserOf(req).id;
    const { orders, total } = await listOrders(deps, { userId, newestFirst: sort === 'newest', page, limit });
    res.set(pageLinks(req, { page, limit, total })).send(orders.map((order) => toOrderView(deps, order)));
  },
);
