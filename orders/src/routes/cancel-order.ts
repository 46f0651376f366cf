import { currentUserOf } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import { cancelOwnOrder } from '../commands/cancel-own-order.ts';
import type { Deps } from '../deps.ts';

export const cancelOrderRoute =
  (deps: Deps): RequestHandler<{ orderId: string }> =>
  async (req, res) => {
    await cancelOwnOrder(deps, { orderId: req.params.orderId, userId: currentUserOf(req).id, trace: req.trace });
    res.status(204).end();
  };
