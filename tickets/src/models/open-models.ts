import { createAggregateStore, type AggregateStore } from '@ticketing/common/messaging';
import type { Service } from '@ticketing/common/service';
import type { Collection } from 'mongodb';
import { ticketCollection, ticketPublicState, type TicketDocument } from './ticket.ts';

export type { TicketDocument } from './ticket.ts';

export interface Models {
  /** For reading; every change that others may see goes through `ticketStore`. */
  readonly tickets: Collection<TicketDocument>;
  readonly ticketStore: AggregateStore<TicketDocument>;
}

export const collections = [ticketCollection];

export const openModels = (service: Service): Models => {
  const tickets = service.database.collection<TicketDocument>(ticketCollection.name);
  return {
    tickets,
    ticketStore: createAggregateStore({
      ...service,
      collection: tickets,
      aggregateType: 'ticket',
      publicState: ticketPublicState,
    }),
  };
};
