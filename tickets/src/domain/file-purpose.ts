import { BadRequestError, NotAuthorizedError } from '@ticketing/common/errors';
import type { TicketDocument } from '../models/open-models.ts';

/**
 * What a new file is for: a change of the listing, or the delivery of what was sold.
 * @throws NotAuthorizedError for another user than the seller, BadRequestError when the ticket takes no file.
 */
export const filePurpose = (
  ticket: Pick<TicketDocument, 'userId' | 'availability' | 'deliveredAt' | 'deliveryFailedAt' | 'deliveryEndedAt'>,
  userId: string,
): 'listing' | 'delivery' => {
  if (ticket.userId !== userId) throw new NotAuthorizedError();
  if (ticket.availability === 'withdrawn') throw new BadRequestError('Cannot change the file of a withdrawn ticket');
  if (ticket.availability === 'held') throw new BadRequestError('Cannot change the file of a reserved ticket');
  if (ticket.availability !== 'sold') return 'listing';
  if (ticket.deliveredAt !== undefined) throw new BadRequestError('The ticket has been delivered already');
  if (ticket.deliveryFailedAt !== undefined) throw new BadRequestError('The time for the delivery is over');
  if (ticket.deliveryEndedAt !== undefined) throw new BadRequestError('The sale was undone, so nothing is delivered');
  return 'delivery';
};
