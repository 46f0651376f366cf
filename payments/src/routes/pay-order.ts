import { NotFoundError } from '@ticketing/common/errors';
import { currentUserOf, parse } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Deps } from '../commands/deps.ts';
import { payOrder } from '../commands/pay-order.ts';
import { tokenShape } from '../domain/token.ts';

export const payOrderBody = z.object({
  orderId: z
    .string('OrderId must be provided')
    .trim()
    .min(1, 'OrderId must be provided')
    .max(100, 'OrderId is too long'),
  token: z
    .string('Token must be provided')
    .min(1, { error: 'Token must be provided', abort: true })
    .max(255, { error: 'Unknown token', abort: true })
    .regex(tokenShape, 'Unknown token'),
});

/** What is no id names no order that an event could still bring. */
const idShape = /^[0-9a-f]{24}$/;

export const payOrderRoute =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const { orderId, token } = parse(payOrderBody, req.body);
    if (!idShape.test(orderId)) throw new NotFoundError('Order not found');
    const charge = await payOrder(deps, { orderId, token, userId: currentUserOf(req).id, trace: req.trace });
    res.status(201).send(charge);
  };
