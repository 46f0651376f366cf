import { lookUp } from '../snapshot/snapshot.ts';
import { checkEach, finding, type Check } from './check.ts';

export const ticketHasItsFile: Check = {
  name: 'ticket-has-its-file',
  rule: 'The file of a ticket is stored for this ticket, and a delivered ticket has one.',
  run: ({ tickets, fileById }) =>
    checkEach(
      tickets.filter(({ fileId, isDelivered }) => fileId !== undefined || isDelivered),
      ({ id, orderId, fileId }) =>
        lookUp(fileById, fileId)?.ticketId === id
          ? undefined
          : finding(`ticket ${id} has the file ${fileId ?? 'of no id'}, which is not stored for it`, id, orderId),
    ),
};
