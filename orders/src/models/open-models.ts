import { openStore, type StoreDeps } from '@ticketing/common/messaging';
import { createLoader } from '@ticketing/common/mongo';
import { closedAccounts, openClosedAccounts } from '@ticketing/common/service';
import { createHoldsLoader } from './holds.ts';
import { orders } from './order.ts';
import { ticketCopies, type TicketCopy } from './ticket-copy.ts';

export type { OrderDocument } from './order.ts';
export type { TicketCopy } from './ticket-copy.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [orders, ticketCopies, closedAccounts];

export const openModels = (service: StoreDeps) => {
  const orderStore = openStore(orders, service);
  const tickets = service.database.collection<TicketCopy>(ticketCopies.name);
  return {
    orderStore,
    /** For reading, and for writing what is not public; every other change goes through `orderStore`. */
    orders: orderStore.collection,
    tickets,
    closedAccounts: openClosedAccounts(service),
    loadHolds: createHoldsLoader(orderStore.collection),
    /** One copy by its ticket's id; concurrent calls share a query. */
    loadTicket: createLoader((ids) => tickets.find({ _id: { $in: ids } }).toArray()),
  };
};
