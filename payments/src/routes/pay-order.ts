import { NotFoundError } from '@ticketing/common/errors';
import { connectionSignal, currentUserOf, parse, route } from '@ticketing/common/http';
import { z } from 'zod';
import { payOrder } from '../commands/pay/pay-order.ts';
import type { Deps } from '../deps.ts';
import { tokenShape } from '../domain/token.ts';
import { paymentShape, pendingPaymentShape } from './charge-shape.ts';

const payOrderBody = z.object({
  orderId: z
    .string('OrderId must be provided')
    .trim()
    .min(1, 'OrderId must be provided')
    .max(100, 'OrderId is too long'),
  token: z
    .string('Token must be provided')
    .min(1, { error: 'Token must be provided', abort: true })
    .max(255, { error: 'Unknown token', abort: true })
    .regex(tokenShape, 'Unknown token')
    .meta({ description: "A token or a payment method of Stripe's" }),
});

/** No event can bring an order whose id has another shape, so the request does not wait for one. */
const idShape = /^[0-9a-f]{24}$/;

export const payOrderRoute = route(
  {
    name: 'payOrder',
    description: 'Once the order is paid, waits up to 150 ms until it is complete.',
    body: payOrderBody,
    response: { status: 201, description: 'The order is paid, now or before', body: paymentShape },
    otherResponses: {
      202: {
        description:
          'The bank wants the buyer to confirm the payment on its page (3-D Secure); the same request then returns the outcome',
        body: pendingPaymentShape,
      },
    },
    errors: [404, 409],
  },
  (deps: Deps) => async (req, res) => {
    const { orderId, token } = parse(payOrderBody, req.body);
    if (!idShape.test(orderId)) throw new NotFoundError('Order not found');
    const signal = connectionSignal(res);
    const response = await payOrder(deps, { orderId, token, userId: currentUserOf(req).id, trace: req.trace, signal });
    res.status(response.nextAction === undefined ? 201 : 202).send(response);
  },
);
