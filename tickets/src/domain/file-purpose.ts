import { BadRequestError, NotAuthorizedError } from '@ticketing/common/errors';
import type { availabilities } from './availability.ts';

interface TicketOfFile {
  readonly userId: string;
  readonly availability: (typeof availabilities)[number];
  readonly deliveredAt?: Date | undefined;
  readonly deliveryFailedAt?: Date | undefined;
  readonly deliveryEndedAt?: Date | undefined;
}

/**
 * What a new file is for: a change of the listing, or the delivery of what was sold.
 * @throws NotAuthorizedError for another user than the seller, BadRequestError when the ticket takes no file.
 */
export const filePurpose = (ticket: TicketOfFile, userId: string): 'listing' | 'delivery' => {
  if (ticket.userId !== userId) throw new NotAuthorizedError();
  if (ticket.availability === 'withdrawn') throw new BadRequestError('Cannot change the file of a withdrawn ticket');
  if (ticket.availability === 'held') throw new BadRequestError('Cannot change the file of a reserved ticket');
  if (ticket.availability !== 'sold') return 'listing';
  if (ticket.deliveredAt !== undefined) throw new BadRequestError('The ticket has been delivered already');
  if (ticket.deliveryFailedAt !== undefined) throw new BadRequestError('The time for the delivery is over');
  if (ticket.deliveryEndedAt !== undefined) throw new BadRequestError('The sale was undone, so nothing is delivered');
  return 'delivery';
};
