import { listingDetails, orderStatuses, type orderState, type TicketState } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing, type Stored } from './find-all.ts';

/** An order in its own database. Money is in minor units everywhere, times are in milliseconds since 1970. */
export interface OrderRecord {
  readonly id: string;
  readonly version: number;
  readonly userId: string;
  /** Absent from orders of the release before. */
  readonly sellerId: string | undefined;
  readonly status: string;
  readonly reason: string | undefined;
  /** Why payments was asked at the deadline. */
  readonly closing: string | undefined;
  /** Which of its buyer's unpaid holds it is. */
  readonly slot: number | undefined;
  readonly price: number;
  readonly ticketId: string;
  /** The price that the buyer saw. */
  readonly ticketPrice: number;
  /** The price that the buyer's request named, if it named one. */
  readonly expectedPrice: number | undefined;
  readonly currency: string | undefined;
  /** The listing as it was ordered. */
  readonly revision: number;
  readonly listing: Listing;
  readonly expiresAt: number;
  readonly isProblemReported: boolean;
  /** Whether its proceeds are released, or it has agreed to that. */
  readonly isReleased: boolean;
  /** Absent from orders that are not complete, or that the release before has completed. */
  readonly deliveryStatus: string | undefined;
  /** When it became complete; absent if a release without this field has completed it. */
  readonly completedAt: number | undefined;
  /** Whether it is complete, or was until it was cancelled. */
  readonly wasComplete: boolean;
  readonly createdAt: number;
  /** When it was cancelled; absent from orders that the release before has cancelled. */
  readonly cancelledAt: number | undefined;
}

/** Title and details of a listing, as far as they are known; times in milliseconds since 1970. */
export type Listing = Readonly<Record<string, string | number | undefined>>;

/** Without the description, which orders do not have. */
export const listingFields = ['title', ...listingDetails.filter((detail) => detail !== 'description')] as const;

/** The copy of a ticket in the database of orders. */
export interface TicketCopyRecord {
  readonly id: string;
  readonly version: number;
  readonly price: number;
  readonly orderId: string | undefined;
}

type StoredOrder = Stored<typeof orderState> & {
  readonly createdAt?: Date;
  readonly slot?: number;
  readonly keepsTicket?: boolean;
  readonly releasedAt?: Date;
  readonly expectedPrice?: number;
  readonly changedAt?: Date;
  readonly history?: readonly { readonly status?: string; readonly at?: Date }[];
};

interface StoredTicketCopy {
  readonly _id: string;
  readonly ticket?: Partial<TicketState>;
}

/** Statuses of the orders that keep their tickets from other buyers. */
export const liveStatuses = orderStatuses.filter((status) => status !== 'cancelled');

export const isLive = ({ status }: Pick<OrderRecord, 'status'>): boolean =>
  liveStatuses.some((live) => live === status);

/** Whether nobody else can order the ticket: the order is live, or was cancelled after it was complete. */
export const keepsTicket = (order: Pick<OrderRecord, 'status' | 'wasComplete'>): boolean =>
  isLive(order) || order.wasComplete;

/** Whether the order is cancelled at its deadline. */
export const isUnpaid = (order: Pick<OrderRecord, 'status'>): boolean => isLive(order) && order.status !== 'complete';

const timeOf = (value: unknown): number | undefined =>
  value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : undefined;

/** Tickets store the start as a date, orders as text. */
export const toListing = (stored: Readonly<Record<string, unknown>>): Listing =>
  Object.fromEntries(
    listingFields.map((field) => {
      const value = stored[field];
      return [field, field === 'startsAt' ? timeOf(value) : typeof value === 'string' ? value : undefined];
    }),
  );

const orders = (databases: Databases) => collectionOf<StoredOrder>(databases, 'orders', 'orders');

export const readOrders = (databases: Databases, filter: Filter<StoredOrder> = {}): Promise<OrderRecord[]> =>
  findAll(
    orders(databases),
    {
      filter,
      fields: [
        'version',
        'userId',
        'sellerId',
        'status',
        'reason',
        'closing',
        'slot',
        'price',
        'expectedPrice',
        'currency',
        'ticket.id',
        'ticket.price',
        'ticket.revision',
        ...listingFields.map((field) => `ticket.${field}` as const),
        'expiresAt',
        'completedAt',
        'problemAt',
        'releasedAt',
        'delivery.status',
        'createdAt',
        'history.status',
        'history.at',
      ],
    },
    (order) => ({
      id: order._id,
      version: order.version ?? missing.number,
      userId: order.userId ?? missing.text,
      sellerId: order.sellerId,
      status: order.status ?? missing.text,
      reason: order.reason,
      closing: order.closing,
      slot: order.slot,
      price: order.price ?? missing.number,
      ticketId: order.ticket?.id ?? missing.text,
      ticketPrice: order.ticket?.price ?? missing.number,
      expectedPrice: order.expectedPrice,
      currency: order.currency,
      revision: order.ticket?.revision ?? missing.number,
      listing: toListing(order.ticket ?? {}),
      expiresAt: order.expiresAt?.getTime() ?? missing.time,
      isProblemReported: order.problemAt !== undefined,
      isReleased: order.releasedAt !== undefined,
      deliveryStatus: order.delivery?.status,
      completedAt: order.completedAt?.getTime(),
      wasComplete: order.status === 'complete' || order.completedAt !== undefined,
      createdAt: order.createdAt?.getTime() ?? missing.time,
      cancelledAt: order.history?.find(({ status }) => status === 'cancelled')?.at?.getTime(),
    }),
  );

export const readTicketCopies = (
  databases: Databases,
  filter: Filter<StoredTicketCopy> = {},
): Promise<TicketCopyRecord[]> =>
  findAll(
    collectionOf<StoredTicketCopy>(databases, 'orders', 'tickets'),
    { filter, fields: ['ticket.version', 'ticket.price', 'ticket.orderId'] },
    ({ _id, ticket }) => ({
      id: _id,
      version: ticket?.version ?? missing.number,
      price: ticket?.price ?? missing.number,
      orderId: ticket?.orderId,
    }),
  );

/** An order's id with its ticket's. */
export interface OrderKey {
  readonly id: string;
  readonly ticketId: string;
}

const readOrderKeys = (
  databases: Databases,
  query: {
    readonly filter: Filter<StoredOrder>;
    readonly sort?: '_id' | 'expiresAt' | 'changedAt';
    readonly limit?: number;
  },
): Promise<OrderKey[]> =>
  findAll(orders(databases), { ...query, fields: ['ticket.id'] }, (order) => ({
    id: order._id,
    ticketId: order.ticket?.id ?? missing.text,
  }));

/** Orders with a greater id, in order of their ids, which is roughly the order of their creation. */
export const readOrderKeysAfter = (databases: Databases, id: string, limit: number): Promise<OrderKey[]> =>
  readOrderKeys(databases, { filter: { _id: { $gt: id } }, sort: '_id', limit });

/** Orders that have last changed in this time, the earliest first. */
export const readChangedOrderKeys = (
  databases: Databases,
  { since, until }: { readonly since: Date; readonly until: Date },
  limit: number,
): Promise<OrderKey[]> =>
  readOrderKeys(databases, { filter: { changedAt: { $gte: since, $lte: until } }, sort: 'changedAt', limit });

/** Unpaid orders, earliest deadline first, from an index that holds no others. */
export const readUnpaidOrderKeys = (databases: Databases, limit: number): Promise<OrderKey[]> =>
  readOrderKeys(databases, {
    filter: { status: { $in: liveStatuses.filter((status) => status !== 'complete') } },
    sort: 'expiresAt',
    limit,
  });

/** Unpaid orders of these accounts, by the index over the slots of their holds. */
export const readUnpaidOrderKeysOf = (
  databases: Databases,
  userIds: readonly string[],
  limit: number,
): Promise<OrderKey[]> =>
  readOrderKeys(databases, {
    filter: {
      userId: { $in: [...userIds] },
      status: { $in: liveStatuses.filter((status) => status !== 'complete') },
      slot: { $exists: true },
    },
    limit,
  });

export const readOrderKeysOf = (databases: Databases, ids: readonly string[]): Promise<OrderKey[]> =>
  readOrderKeys(databases, { filter: { _id: { $in: [...ids] } } });
