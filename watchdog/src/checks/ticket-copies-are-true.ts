import { checkEach, finding, type Check } from './check.ts';

export const ticketCopiesAreTrue: Check = {
  name: 'ticket-copies-are-true',
  rule: 'The copy of a ticket in orders is never newer than the ticket, and equal once no event is pending.',
  isEventual: true,
  run: ({ tickets, ticketCopies, ticketById, ticketCopyById }) => {
    const behind = checkEach(tickets, ({ id, version, price, orderId }) => {
      const copy = ticketCopyById.get(id);
      if (copy === undefined) return finding(`orders has no copy of ticket ${id}, which is in version ${version}`, id);
      if (copy.version < version)
        return finding(`orders has ticket ${id} in version ${copy.version}, the ticket is in ${version}`, id);
      if (copy.version > version) return undefined;
      return copy.price === price && copy.orderId === orderId
        ? undefined
        : finding(`orders has ticket ${id} in its version ${version} with another price or order`, id);
    });
    const ahead = ticketCopies.flatMap((copy) => {
      const ticket = ticketById.get(copy.id);
      if (ticket !== undefined && copy.version <= ticket.version) return [];
      const state = ticket === undefined ? 'does not exist' : `is in ${ticket.version}`;
      return [finding(`orders has ticket ${copy.id} in version ${copy.version} already, the ticket ${state}`, copy.id)];
    });
    return { checked: behind.checked, findings: [...behind.findings, ...ahead] };
  },
};
