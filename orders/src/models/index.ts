import { createAggregateStore, type AggregateStore } from '@ticketing/common/messaging';
import { createLoader } from '@ticketing/common/mongo';
import type { Service } from '@ticketing/common/service';
import type { Collection } from 'mongodb';
import { orderCollection, orderPublicState, type OrderDocument } from './order.ts';
import { ticketCopyCollection, type TicketCopy } from './ticket-copy.ts';

export type { OrderDocument } from './order.ts';
export type { TicketCopy } from './ticket-copy.ts';

export interface Models {
  /** For reading; every change goes through `orderStore`. */
  readonly orders: Collection<OrderDocument>;
  readonly orderStore: AggregateStore<OrderDocument>;
  readonly tickets: Collection<TicketCopy>;
  /** One copy by its ticket's id. */
  readonly loadTicket: (ticketId: string) => Promise<TicketCopy | null>;
}

export const collections = [orderCollection, ticketCopyCollection];

export const openModels = (service: Service): Models => {
  const orders = service.database.collection<OrderDocument>(orderCollection.name);
  const tickets = service.database.collection<TicketCopy>(ticketCopyCollection.name);
  return {
    orders,
    orderStore: createAggregateStore({
      ...service,
      collection: orders,
      aggregateType: 'order',
      publicState: orderPublicState,
    }),
    tickets,
    loadTicket: createLoader((ids) => tickets.find({ _id: { $in: ids } }).toArray()),
  };
};
