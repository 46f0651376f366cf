import type { ticketState } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing, type Stored } from './find-all.ts';
import { listingFields, toListing, type Listing } from './orders.ts';

/** A ticket in its own database. */
export interface TicketRecord {
  readonly id: string;
  readonly version: number;
  readonly price: number;
  readonly currency: string | undefined;
  readonly revision: number;
  readonly listing: Listing;
  /** Its seller. */
  readonly userId: string;
  /** Of a sold ticket; absent if a release without deliveries has sold it. */
  readonly buyerId: string | undefined;
  readonly availability: string;
  readonly orderId: string | undefined;
  readonly isSold: boolean;
  readonly isWithdrawn: boolean;
  readonly fileId: string | undefined;
  /** Until when a sold ticket must be delivered, in milliseconds since 1970; undefined once that is decided. */
  readonly dueAt: number | undefined;
  readonly isDelivered: boolean;
  readonly hasDeliveryFailed: boolean;
  /** Orders that can no longer claim the ticket. */
  readonly closedOrders: readonly string[];
}

type StoredTicket = Stored<typeof ticketState> & {
  readonly availability?: string;
  readonly closedOrders?: readonly { readonly id: string }[];
  readonly fileId?: string;
  readonly buyerId?: string;
};

const tickets = (databases: Databases) => collectionOf<StoredTicket>(databases, 'tickets', 'tickets');

export const readTickets = (databases: Databases, filter: Filter<StoredTicket> = {}): Promise<TicketRecord[]> =>
  findAll(
    tickets(databases),
    {
      filter,
      fields: [
        'version',
        'price',
        'currency',
        'revision',
        ...listingFields,
        'userId',
        'buyerId',
        'availability',
        'orderId',
        'soldAt',
        'withdrawnAt',
        'closedOrders.id',
        'fileId',
        'dueAt',
        'deliveredAt',
        'deliveryFailedAt',
      ],
    },
    (ticket) => ({
      id: ticket._id,
      version: ticket.version ?? missing.number,
      price: ticket.price ?? missing.number,
      currency: ticket.currency,
      revision: ticket.revision ?? missing.number,
      listing: toListing(ticket),
      userId: ticket.userId ?? missing.text,
      buyerId: ticket.buyerId,
      availability: ticket.availability ?? missing.text,
      orderId: ticket.orderId,
      isSold: ticket.soldAt !== undefined,
      isWithdrawn: ticket.withdrawnAt !== undefined,
      fileId: ticket.fileId,
      dueAt: ticket.dueAt?.getTime(),
      isDelivered: ticket.deliveredAt !== undefined,
      hasDeliveryFailed: ticket.deliveryFailedAt !== undefined,
      closedOrders: ticket.closedOrders?.map(({ id }) => id) ?? [],
    }),
  );

/** What these sellers have not sold, by an index that holds no other tickets; it is used for all three states only. */
export const readUnsoldTicketIds = (
  databases: Databases,
  sellerIds: readonly string[],
  limit: number,
): Promise<string[]> =>
  findAll(
    tickets(databases),
    {
      filter: { userId: { $in: [...sellerIds] }, availability: { $in: ['on_sale', 'over', 'held'] } },
      fields: [],
      limit,
    },
    (ticket) => ticket._id,
  );

/** Tickets with a greater id, in order of their ids. */
export const readTicketIdsAfter = (databases: Databases, id: string, limit: number): Promise<string[]> =>
  findAll(tickets(databases), { filter: { _id: { $gt: id } }, fields: [], sort: '_id', limit }, (ticket) => ticket._id);
