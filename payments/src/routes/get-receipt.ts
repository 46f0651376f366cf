import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { getReceipt } from '../queries/get-receipt.ts';

export const getReceiptRoute = route(
  {
    name: 'getReceipt',
    response: { description: 'The receipt of the payment', file: 'application/pdf' },
    errors: [404],
  },
  (deps: Deps) => async (req: Request<{ orderId: string }>, res) => {
    const request = { orderId: req.params.orderId, userId: currentUserOf(req).id };
    const { filename, content } = await getReceipt(deps, request);
    res.attachment(filename).send(content);
  },
);
