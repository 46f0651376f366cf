import { BadRequestError, ConflictError } from '@ticketing/common/errors';
import type { TicketState } from '@ticketing/common/events';

export const listingChanged = 'The listing of this ticket has changed';

export interface OrderRequest {
  readonly userId: string;
  /** Minor units; the price that the buyer was shown, if the client sent it. */
  readonly expectedPrice?: number | undefined;
  /** The version of the ticket that the buyer was shown, if the client sent it. */
  readonly expectedVersion?: number | undefined;
}

/**
 * The version that the seller's last change made; claims and releases since then do not count. For a ticket that was edited
 * by a release that does not say so, it is the newest version that it can be.
 */
const lastEditVersion = ({ lastEdit, revision, version }: TicketState): number => {
  if (revision === 0) return 0;
  return lastEdit?.revision === revision ? lastEdit.version : version;
};

/**
 * Checks an order against the copy of its ticket. The copy may be out of date: the unique index and the claim decide.
 * @throws BadRequestError for the buyer's own or a held ticket and once its event has begun, ConflictError when price or listing are not those shown.
 */
export const checkOrderable = (ticket: TicketState, request: OrderRequest, now: Date): void => {
  if (ticket.userId === request.userId) throw new BadRequestError('You cannot order your own ticket');
  if (ticket.orderId !== undefined) throw new BadRequestError('Ticket is already reserved');
  if (ticket.startsAt !== undefined && Date.parse(ticket.startsAt) <= now.getTime())
    throw new BadRequestError('This event has begun');
  if (request.expectedPrice !== undefined && request.expectedPrice !== ticket.price) {
    throw new ConflictError('The price of this ticket has changed');
  }
  if (request.expectedVersion !== undefined && request.expectedVersion < lastEditVersion(ticket)) {
    throw new ConflictError(listingChanged);
  }
};

/** When a hold ends: after the window, and not later than its event begins. */
export const holdEnd = ({ startsAt }: Pick<TicketState, 'startsAt'>, now: Date, windowSeconds: number): Date =>
  new Date(Math.min(now.getTime() + windowSeconds * 1000, startsAt === undefined ? Infinity : Date.parse(startsAt)));
