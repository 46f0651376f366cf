import { currentUserOf, dollars, parse } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { createOrder } from '../commands/create-order.ts';
import type { Deps } from '../deps.ts';
import { toOrderView } from './order-view.ts';

export const createOrderBody = z.object({
  ticketId: z
    .string('TicketId must be provided')
    .trim()
    .min(1, 'TicketId must be provided')
    .max(100, 'TicketId is too long'),
  expectedPrice: dollars.optional(),
});

export const createOrderRoute =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const input = parse(createOrderBody, req.body);
    const order = await createOrder(deps, { ...input, userId: currentUserOf(req).id, trace: req.trace });
    res.status(201).send(toOrderView(order));
  };
