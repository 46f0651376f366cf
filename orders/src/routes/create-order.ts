import { currentUserOf, dollars, idempotentRequest, parse, route } from '@ticketing/common/http';
import { createOnce } from '@ticketing/common/messaging';
import { z } from 'zod';
import { createOrder } from '../commands/create-order.ts';
import type { Deps } from '../deps.ts';
import { orderShape } from './order-shape.ts';
import { toOrderView } from './order-view.ts';

const body = z.object({
  ticketId: z
    .string('TicketId must be provided')
    .trim()
    .min(1, 'TicketId must be provided')
    .max(100, 'TicketId is too long'),
  expectedPrice: dollars.optional().meta({ description: 'The price that the buyer was shown, in major units' }),
  expectedVersion: z
    .int('ExpectedVersion must be a whole number')
    .min(0, 'ExpectedVersion must not be negative')
    .optional()
    .meta({ description: 'The version of the ticket that the buyer was shown' }),
});

export const createOrderRoute = route(
  {
    name: 'createOrder',
    body,
    response: { status: 201, description: 'The ticket is held', body: orderShape },
    isIdempotent: true,
    errors: [404, 409],
  },
  (deps: Deps) => async (req, res) => {
    const userId = currentUserOf(req).id;
    const request = idempotentRequest(req);
    const order = await createOnce(deps.orders, { userId }, request, () =>
      createOrder(deps, { ...parse(body, req.body), userId, request, trace: req.trace }),
    );
    res.status(201).send(toOrderView(order));
  },
);
