import { currentUserOf } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { getOrder } from '../queries/get-order.ts';
import { toOrderView } from './order-view.ts';

export const getOrderRoute =
  (deps: Deps): RequestHandler<{ orderId: string }> =>
  async (req, res) => {
    const order = await getOrder(deps, { orderId: req.params.orderId, userId: currentUserOf(req).id });
    res.send(toOrderView(order));
  };
