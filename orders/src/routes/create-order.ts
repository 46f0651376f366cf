import { connectionSignal, currentUserOf, idempotentRequest, parse, price, route } from '@ticketing/common/http';
import { createOnce } from '@ticketing/common/messaging';
import { currencyOf, type Currency } from '@ticketing/common/money';
import { z } from 'zod';
import { createConfirmedOrder } from '../commands/create-confirmed-order.ts';
import type { RouteDeps } from '../deps.ts';
import { orderShape } from './order-shape.ts';
import { toOrderView } from './order-view.ts';

const bodyFor = (currency: Currency) =>
  z.object({
    ticketId: z
      .string('TicketId must be provided')
      .trim()
      .min(1, 'TicketId must be provided')
      .max(100, 'TicketId is too long'),
    expectedPrice: price(currency)
      .optional()
      .meta({ description: 'The price that the buyer was shown, in major units' }),
    expectedVersion: z
      .int('ExpectedVersion must be a whole number')
      .min(0, 'ExpectedVersion must not be negative')
      .optional()
      .meta({ description: 'The version of the ticket that the buyer was shown' }),
  });

export const createOrderRoute = route(
  {
    name: 'createOrder',
    description:
      'Without an Idempotency-Key, responds once the hold is confirmed, after 150 ms at the latest: the status is then `awaiting:payment`, otherwise `created`.',
    // What is described is the same for all currencies.
    body: bodyFor(currencyOf('usd')),
    response: { status: 201, description: 'The ticket is held', body: orderShape },
    isIdempotent: true,
    errors: [404, 409],
  },
  (deps: RouteDeps) => {
    const body = bodyFor(deps.currency);
    return async (req, res) => {
      const userId = currentUserOf(req).id;
      const request = idempotentRequest(req);
      const signal = connectionSignal(res);
      const order = await createOnce(deps.orders, { userId }, request, () =>
        createConfirmedOrder(deps, { ...parse(body, req.body), userId, request, trace: req.trace, signal }),
      );
      res.status(201).send(toOrderView(deps, order));
    };
  },
);
