import { each, found, type Check } from './check.ts';

export const ticketCopiesAreTrue: Check = {
  name: 'ticket-copies-are-true',
  says: 'What orders knows of a ticket is never ahead of the ticket, and its equal when it is quiet.',
  compare: ({ tickets, ticketCopies, ticketById, ticketCopyById }) => {
    const behind = each(tickets, ({ id, version, price, orderId }) => {
      const copy = ticketCopyById.get(id);
      if (copy === undefined) return found(`ticket ${id} in version ${version} is unknown to orders`, id);
      if (copy.version < version)
        return found(`orders knows ticket ${id} in version ${copy.version}, it is in ${version}`, id);
      if (copy.version > version) return undefined;
      return copy.price === price && copy.orderId === orderId
        ? undefined
        : found(`orders knows ticket ${id} in its version ${version} with another price or holder`, id);
    });
    const ahead = ticketCopies.flatMap((copy) => {
      const ticket = ticketById.get(copy.id);
      if (ticket !== undefined && copy.version <= ticket.version) return [];
      const state = ticket === undefined ? 'there is none' : `it is in ${ticket.version}`;
      return [found(`orders knows ticket ${copy.id} in version ${copy.version} already, ${state}`, copy.id)];
    });
    return { lookedAt: behind.lookedAt, found: [...behind.found, ...ahead] };
  },
};
