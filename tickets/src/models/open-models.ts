import { openStore, type StoreDeps } from '@ticketing/common/messaging';
import { closedAccounts, openClosedAccounts } from '@ticketing/common/service';
import { tickets } from './ticket.ts';

export type { TicketDocument } from './ticket.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [tickets, closedAccounts];

export const openModels = (service: StoreDeps) => {
  const ticketStore = openStore(tickets, service);
  return {
    ticketStore,
    /** For reading; every change that others may see goes through `ticketStore`. */
    tickets: ticketStore.collection,
    closedAccounts: openClosedAccounts(service),
  };
};
