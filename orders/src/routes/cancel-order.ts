import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import { cancelOwnOrder } from '../commands/cancel-own-order.ts';
import type { Deps } from '../deps.ts';

export const cancelOrderRoute = route(
  { name: 'cancelOrder', response: { status: 204, description: 'The order is cancelled' }, errors: [404] },
  (deps: Deps) => async (req: Request<{ orderId: string }>, res) => {
    await cancelOwnOrder(deps, { orderId: req.params.orderId, userId: currentUserOf(req).id, trace: req.trace });
    res.status(204).end();
  },
);
