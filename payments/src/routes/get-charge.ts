import { currentUserOf } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { getCharge } from '../queries/get-charge.ts';
import { toChargeView } from './charge-view.ts';

export const getChargeRoute =
  (deps: Deps): RequestHandler<{ orderId: string }> =>
  async (req, res) => {
    const charge = await getCharge(deps, { orderId: req.params.orderId, userId: currentUserOf(req).id });
    res.send(toChargeView(charge));
  };
