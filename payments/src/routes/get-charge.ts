import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { getCharge } from '../queries/get-charge.ts';
import { chargeShape } from './charge-shape.ts';
import { toChargeView } from './charge-view.ts';

export const getChargeRoute = route(
  { name: 'getCharge', response: { description: "The order's charge", body: chargeShape }, errors: [404] },
  (deps: Deps) => async (req: Request<{ orderId: string }>, res) => {
    const charge = await getCharge(deps, { orderId: req.params.orderId, userId: currentUserOf(req).id });
    res.send(toChargeView(charge));
  },
);
