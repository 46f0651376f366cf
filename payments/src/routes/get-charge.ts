import { currentUserOf } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import type { Deps } from '../commands/deps.ts';
import { getCharge } from '../commands/get-charge.ts';
import { toChargeView } from './charge-view.ts';

export const getChargeRoute =
  (deps: Deps): RequestHandler<{ orderId: string }> =>
  async (req, res) => {
    const payment = await getCharge(deps, { orderId: req.params.orderId, userId: currentUserOf(req).id });
    res.send(toChargeView(payment));
  };
