import { openStore, type StoreDeps } from '@ticketing/common/messaging';
import { closedAccounts, openClosedAccounts } from '@ticketing/common/service';
import { events, type EventDocument } from './event.ts';
import { tickets } from './ticket.ts';

export type { EventDocument } from './event.ts';
export type { TicketDocument } from './ticket.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [tickets, events, closedAccounts];

export const openModels = (service: StoreDeps) => {
  const ticketStore = openStore(tickets, service);
  return {
    ticketStore,
    /** For reading; every change that others may see goes through `ticketStore`. */
    tickets: ticketStore.collection,
    events: service.database.collection<EventDocument>(events.name),
    closedAccounts: openClosedAccounts(service),
  };
};
