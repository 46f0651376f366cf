import { BadRequestError, NotFoundError } from '@ticketing/common/errors';
import { orderCreated, type Trace } from '@ticketing/common/events';
import { isDuplicateKey } from '@ticketing/common/mongo';
import { checkOrderable } from '../domain/order-decision.ts';
import type { OrderDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

export interface CreateOrder {
  readonly userId: string;
  readonly ticketId: string;
  readonly expectedPrice?: number | undefined;
  readonly trace: Trace;
}

/**
 * Holds a ticket for a buyer. The unique index on a ticket's live orders lets one buyer through; `tickets` then confirms
 * the hold against its own document.
 */
export const createOrder = async (deps: Deps, request: CreateOrder): Promise<OrderDocument> => {
  const copy = await deps.loadTicket(request.ticketId);
  if (copy === null) throw new NotFoundError('Ticket not found');
  checkOrderable(copy.ticket, request);
  const now = deps.now();
  const { id, title, price, version, revision } = copy.ticket;
  try {
    return await deps.orderStore.insert(
      {
        _id: deps.newId(),
        userId: request.userId,
        status: 'created' as const,
        expiresAt: new Date(now.getTime() + deps.windowSeconds * 1000),
        price,
        ticket: { id, title, price, version, revision },
        createdAt: now,
      },
      orderCreated,
      request.trace,
    );
  } catch (error) {
    if (isDuplicateKey(error)) throw new BadRequestError('Ticket is already reserved');
    throw error;
  }
};
