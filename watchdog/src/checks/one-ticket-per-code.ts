import { lookUp } from '../snapshot/snapshot.ts';
import { checkEach, finding, type Check } from './check.ts';

/** The ticket is offered, held or sold, so the codes of its file are its own. */
const keepsCodes = ({ availability }: { readonly availability: string }): boolean => availability !== 'withdrawn';

export const oneTicketPerCode: Check = {
  name: 'one-ticket-per-code',
  rule: 'An admission code belongs to the ticket whose file contains it, and so to one ticket.',
  run: ({ tickets, fileById, codeById }) =>
    checkEach(tickets.filter(({ fileId }) => fileId !== undefined).filter(keepsCodes), ({ id, fileId }) => {
      const codes = lookUp(fileById, fileId)?.codes ?? [];
      const other = codes.find((code) => codeById.get(code)?.ticketId !== id);
      if (other === undefined) return undefined;
      const owner = codeById.get(other)?.ticketId;
      const state = owner === undefined ? 'belongs to no ticket' : `belongs to ticket ${owner}`;
      return finding(`code ${other} in the file of ticket ${id} ${state}`, id, owner);
    }),
};
