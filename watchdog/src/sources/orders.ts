import { orderStatuses, type orderState, type TicketState } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing, type Stored } from './find-all.ts';

/** An order in its own database. Money is in minor units everywhere, times are in milliseconds since 1970. */
export interface OrderRecord {
  readonly id: string;
  readonly version: number;
  readonly userId: string;
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
  readonly expiresAt: number;
  readonly isProblemReported: boolean;
  /** Whether its proceeds are released, or it has agreed to that. */
  readonly isReleased: boolean;
  /** Absent from orders that are not complete, or that the release before has completed. */
  readonly deliveryStatus: string | undefined;
  /** Whether it is complete, or was until it was cancelled. */
  readonly wasComplete: boolean;
  readonly createdAt: number;
}

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

const orders = (databases: Databases) => collectionOf<StoredOrder>(databases, 'orders', 'orders');

export const readOrders = (databases: Databases, filter: Filter<StoredOrder> = {}): Promise<OrderRecord[]> =>
  findAll(
    orders(databases),
    {
      filter,
      fields: [
        'version',
        'userId',
        'status',
        'reason',
        'closing',
        'slot',
        'price',
        'ticket.id',
        'ticket.price',
        'expiresAt',
        'completedAt',
        'problemAt',
        'releasedAt',
        'delivery.status',
        'createdAt',
      ],
    },
    (order) => ({
      id: order._id,
      version: order.version ?? missing.number,
      userId: order.userId ?? missing.text,
      status: order.status ?? missing.text,
      reason: order.reason,
      closing: order.closing,
      slot: order.slot,
      price: order.price ?? missing.number,
      ticketId: order.ticket?.id ?? missing.text,
      ticketPrice: order.ticket?.price ?? missing.number,
      expiresAt: order.expiresAt?.getTime() ?? missing.time,
      isProblemReported: order.problemAt !== undefined,
      isReleased: order.releasedAt !== undefined,
      deliveryStatus: order.delivery?.status,
      wasComplete: order.status === 'complete' || order.completedAt !== undefined,
      createdAt: order.createdAt?.getTime() ?? missing.time,
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
  query: { readonly filter: Filter<StoredOrder>; readonly sort?: '_id' | 'expiresAt'; readonly limit?: number },
): Promise<OrderKey[]> =>
  findAll(orders(databases), { ...query, fields: ['ticket.id'] }, (order) => ({
    id: order._id,
    ticketId: order.ticket?.id ?? missing.text,
  }));

/** Orders with a greater id, in order of their ids, which is roughly the order of their creation. */
export const readOrderKeysAfter = (databases: Databases, id: string, limit: number): Promise<OrderKey[]> =>
  readOrderKeys(databases, { filter: { _id: { $gt: id } }, sort: '_id', limit });

/** Unpaid orders, earliest deadline first, from an index that holds no others. */
export const readUnpaidOrderKeys = (databases: Databases, limit: number): Promise<OrderKey[]> =>
  readOrderKeys(databases, {
    filter: { status: { $in: liveStatuses.filter((status) => status !== 'complete') } },
    sort: 'expiresAt',
    limit,
  });

export const readOrderKeysOf = (databases: Databases, ids: readonly string[]): Promise<OrderKey[]> =>
  readOrderKeys(databases, { filter: { _id: { $in: [...ids] } } });
