import { openStore, type StoreDeps } from '@ticketing/common/messaging';
import { operatorRequests, type OperatorRequest } from '@ticketing/common/operator';
import { closedAccounts, openClosedAccounts } from '@ticketing/common/service';
import { events, type EventDocument } from './event.ts';
import { codes, files, type CodeDocument, type FileDocument } from './file.ts';
import { tickets } from './ticket.ts';

export type { EventDocument } from './event.ts';
export type { FileDocument } from './file.ts';
export type { TicketDocument } from './ticket.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [tickets, events, files, codes, closedAccounts, operatorRequests];

export const openModels = (service: StoreDeps) => {
  const ticketStore = openStore(tickets, service);
  return {
    ticketStore,
    /** For reading; every change that others may see goes through `ticketStore`. */
    tickets: ticketStore.collection,
    events: service.database.collection<EventDocument>(events.name),
    files: service.database.collection<FileDocument>(files.name),
    codes: service.database.collection<CodeDocument>(codes.name),
    closedAccounts: openClosedAccounts(service),
    operatorRequests: service.database.collection<OperatorRequest>(operatorRequests.name),
  };
};
