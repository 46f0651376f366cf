import { BadRequestError, ConflictError } from '@ticketing/common/errors';
import type { TicketState } from '@ticketing/common/events';

export interface OrderRequest {
  readonly userId: string;
  /** Cents; the price that the buyer was shown, if the client sent it. */
  readonly expectedPrice?: number | undefined;
}

/**
 * Checks an order against the copy of its ticket. The copy may be out of date: the unique index and the claim decide.
 * @throws BadRequestError for the buyer's own or a held ticket, ConflictError when the price is not the one shown.
 */
export const checkOrderable = (ticket: TicketState, request: OrderRequest): void => {
  if (ticket.userId === request.userId) throw new BadRequestError('You cannot order your own ticket');
  if (ticket.orderId !== undefined) throw new BadRequestError('Ticket is already reserved');
  if (request.expectedPrice !== undefined && request.expectedPrice !== ticket.price) {
    throw new ConflictError('The price of this ticket has changed');
  }
};
