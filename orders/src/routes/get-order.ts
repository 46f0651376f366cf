import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { getOrder } from '../queries/get-order.ts';
import { orderShape } from './order-shape.ts';
import { toOrderDetails } from './order-view.ts';

export const getOrderRoute = route(
  { name: 'getOrder', response: { description: 'The order', body: orderShape }, errors: [404] },
  (deps: Deps) => async (req: Request<{ orderId: string }>, res) => {
    const order = await getOrder(deps, { orderId: req.params.orderId, userId: currentUserOf(req).id });
    res.send(toOrderDetails(deps, order));
  },
);
