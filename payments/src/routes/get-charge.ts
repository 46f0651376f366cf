import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import { settleBeforeRead } from '../commands/reconcile/settle-before-read.ts';
import type { Deps } from '../deps.ts';
import { getCharge } from '../queries/get-charge.ts';
import { chargeShape } from './charge-shape.ts';
import { toChargeView } from './charge-view.ts';

export const getChargeRoute = route(
  { name: 'getCharge', response: { description: "The order's charge", body: chargeShape }, errors: [404] },
  (deps: Deps) => async (req: Request<{ orderId: string }>, res) => {
    const request = { orderId: req.params.orderId, userId: currentUserOf(req).id };
    await settleBeforeRead(deps, { ...request, trace: req.trace });
    const charge = await getCharge(deps, request);
    res.send(toChargeView(charge));
  },
);
