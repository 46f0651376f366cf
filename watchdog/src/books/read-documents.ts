import type { Collection, Document, Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { liveStatuses } from './reading.ts';
import {
  services,
  type DeadLetterRecord,
  type OrderRecord,
  type PaymentRecord,
  type ServiceName,
  type TicketCopyRecord,
  type TicketRecord,
  type TimerRecord,
  type UnpublishedRecord,
} from './records.ts';

/** A document's ids are strings; everything else may be missing, since an audit believes nothing. */
interface Stored {
  readonly _id: string;
}

interface StoredOrder extends Stored {
  readonly version?: number;
  readonly status?: string;
  readonly reason?: string;
  readonly price?: number;
  readonly ticket?: { readonly id?: string; readonly price?: number };
  readonly expiresAt?: Date;
  readonly createdAt?: Date;
}

interface StoredTicket extends Stored {
  readonly version?: number;
  readonly price?: number;
  readonly availability?: string;
  readonly orderId?: string;
  readonly soldAt?: Date;
  readonly closedOrders?: readonly { readonly id: string }[];
}

interface StoredTicketCopy extends Stored {
  readonly ticket?: { readonly version?: number; readonly price?: number; readonly orderId?: string };
}

interface StoredPayment extends Stored {
  readonly order?: { readonly version?: number; readonly status?: string; readonly price?: number };
  readonly status?: string;
  readonly amount?: number;
  readonly stripeId?: string;
  readonly openAttempt?: { readonly at?: Date };
  readonly refundDue?: { readonly due?: Date };
}

interface StoredTimer extends Stored {
  readonly armed?: boolean;
  readonly deadline?: Date;
}

interface StoredOutbox extends Stored {
  readonly outbox?: readonly { readonly id: string; readonly type: string; readonly time: Date }[];
}

interface StoredLetter extends Stored {
  readonly subject: string;
  readonly at: Date;
}

/** So many documents in one answer of the server: a hundred thousand then take some twenty round trips. */
const batchSize = 5_000;

interface Query<Doc> {
  readonly filter: Filter<Doc>;
  readonly fields: readonly string[];
  /** Ascending. */
  readonly sort?: string;
  readonly limit?: number;
}

const all = async <Doc extends Document, Item>(
  collection: Collection<Doc>,
  query: Query<Doc>,
  toItem: (document: Doc) => Item,
): Promise<Item[]> => {
  const projection = Object.fromEntries(['_id', ...query.fields].map((field) => [field, 1]));
  const items: Item[] = [];
  const cursor = collection
    .find<Doc>(query.filter, {
      projection,
      ...(query.sort === undefined ? {} : { sort: { [query.sort]: 1 as const } }),
      ...(query.limit === undefined ? {} : { limit: query.limit }),
    })
    .batchSize(batchSize);
  for await (const document of cursor) items.push(toItem(document));
  return items;
};

const noVersion = -1;

export const readOrders = (databases: Databases, filter: Filter<StoredOrder> = {}): Promise<OrderRecord[]> =>
  all(
    databases.of.orders.collection<StoredOrder>('orders'),
    {
      filter,
      fields: ['version', 'status', 'reason', 'price', 'ticket.id', 'ticket.price', 'expiresAt', 'createdAt'],
    },
    (order) => ({
      id: order._id,
      version: order.version ?? noVersion,
      status: order.status ?? 'none',
      reason: order.reason,
      price: order.price ?? 0,
      ticketId: order.ticket?.id ?? '',
      ticketPrice: order.ticket?.price ?? 0,
      expiresAt: order.expiresAt?.getTime() ?? 0,
      createdAt: order.createdAt?.getTime() ?? 0,
    }),
  );

export const readTickets = (databases: Databases, filter: Filter<StoredTicket> = {}): Promise<TicketRecord[]> =>
  all(
    databases.of.tickets.collection<StoredTicket>('tickets'),
    { filter, fields: ['version', 'price', 'availability', 'orderId', 'soldAt', 'closedOrders.id'] },
    (ticket) => ({
      id: ticket._id,
      version: ticket.version ?? noVersion,
      price: ticket.price ?? 0,
      availability: ticket.availability ?? 'none',
      orderId: ticket.orderId,
      isSold: ticket.soldAt !== undefined,
      closedOrders: ticket.closedOrders?.map(({ id }) => id) ?? [],
    }),
  );

export const readTicketCopies = (
  databases: Databases,
  filter: Filter<StoredTicketCopy> = {},
): Promise<TicketCopyRecord[]> =>
  all(
    databases.of.orders.collection<StoredTicketCopy>('tickets'),
    { filter, fields: ['ticket.version', 'ticket.price', 'ticket.orderId'] },
    ({ _id, ticket }) => ({
      id: _id,
      version: ticket?.version ?? noVersion,
      price: ticket?.price ?? 0,
      orderId: ticket?.orderId,
    }),
  );

export const readPayments = (databases: Databases, filter: Filter<StoredPayment> = {}): Promise<PaymentRecord[]> =>
  all(
    databases.of.payments.collection<StoredPayment>('payments'),
    {
      filter,
      fields: [
        'order.version',
        'order.status',
        'order.price',
        'status',
        'amount',
        'stripeId',
        'openAttempt.at',
        'refundDue.due',
      ],
    },
    ({ _id, order, status, amount, stripeId, openAttempt, refundDue }) => ({
      id: _id,
      order:
        order === undefined
          ? undefined
          : {
              id: _id,
              version: order.version ?? noVersion,
              status: order.status ?? 'none',
              price: order.price ?? 0,
            },
      status,
      amount,
      stripeId,
      attemptAt: openAttempt?.at?.getTime(),
      refundDue: refundDue?.due?.getTime(),
    }),
  );

export const readTimers = (databases: Databases, filter: Filter<StoredTimer> = {}): Promise<TimerRecord[]> =>
  all(
    databases.of.expiration.collection<StoredTimer>('timers'),
    { filter, fields: ['armed', 'deadline'] },
    (timer) => ({ id: timer._id, isArmed: timer.armed === true, deadline: timer.deadline?.getTime() ?? 0 }),
  );

/** The one collection of each service whose documents have an outbox. */
const outboxes = {
  auth: 'users',
  tickets: 'tickets',
  orders: 'orders',
  expiration: 'timers',
  payments: 'payments',
} as const satisfies Record<ServiceName, string>;

/** So many of each service at most: they say that something is wrong, not how much. */
const unpublishedLimit = 1_000;

/** Events that have been waiting since before `before`, found by the index of the relay's own sweep. */
export const readUnpublished = async (databases: Databases, before: Date): Promise<UnpublishedRecord[]> => {
  const found = await Promise.all(
    services.map((service) =>
      all(
        databases.of[service].collection<StoredOutbox>(outboxes[service]),
        {
          filter: { 'outbox.time': { $lte: before } },
          fields: ['outbox.id', 'outbox.type', 'outbox.time'],
          sort: 'outbox.time',
          limit: unpublishedLimit,
        },
        (document) =>
          (document.outbox ?? [])
            .filter(({ time }) => time <= before)
            .map(({ id, type, time }) => ({ service, id: document._id, eventId: id, type, time: time.getTime() })),
      ),
    ),
  );
  return found.flat(2);
};

const letterLimit = 1_000;

export const readDeadLetters = async (databases: Databases): Promise<DeadLetterRecord[]> => {
  const found = await Promise.all(
    services.map((service) =>
      all(
        databases.of[service].collection<StoredLetter>('dead-letters'),
        { filter: {}, fields: ['subject', 'at'], limit: letterLimit },
        ({ _id, subject, at }) => ({ service, id: _id, subject, at: at.getTime() }),
      ),
    ),
  );
  return found.flat();
};

/** An order's id with its ticket's. */
export interface OrderKey {
  readonly id: string;
  readonly ticketId: string;
}

const orderKeys = (
  databases: Databases,
  query: Pick<Query<StoredOrder>, 'filter' | 'sort' | 'limit'>,
): Promise<OrderKey[]> =>
  all(databases.of.orders.collection<StoredOrder>('orders'), { ...query, fields: ['ticket.id'] }, (order) => ({
    id: order._id,
    ticketId: order.ticket?.id ?? '',
  }));

/** Orders with an id above this one, in order of their ids, which is roughly that of their making. */
export const orderKeysAfter = (databases: Databases, id: string, limit: number): Promise<OrderKey[]> =>
  orderKeys(databases, { filter: { _id: { $gt: id } }, sort: '_id', limit });

/** Unpaid orders, those with the earliest deadlines first: by an index that holds no others. */
export const unpaidOrderKeys = (databases: Databases, limit: number): Promise<OrderKey[]> =>
  orderKeys(databases, {
    filter: { status: { $in: liveStatuses.filter((status) => status !== 'complete') } },
    sort: 'expiresAt',
    limit,
  });

export const orderKeysOf = (databases: Databases, ids: readonly string[]): Promise<OrderKey[]> =>
  orderKeys(databases, { filter: { _id: { $in: [...ids] } } });

/** Tickets with an id above this one, in order of their ids. */
export const ticketIdsAfter = (databases: Databases, id: string, limit: number): Promise<string[]> =>
  all(
    databases.of.tickets.collection<StoredTicket>('tickets'),
    { filter: { _id: { $gt: id } }, fields: [], sort: '_id', limit },
    (ticket) => ticket._id,
  );

/** Orders whose timers ring next, or have been ringing: by the index of the armed ones. */
export const armedTimerIds = (databases: Databases, limit: number): Promise<string[]> =>
  all(
    databases.of.expiration.collection<StoredTimer>('timers'),
    { filter: { armed: true }, fields: [], sort: 'nextRingAt', limit },
    (timer) => timer._id,
  );

/** Orders with an open payment attempt or a refund due, oldest first, from indexes that hold no others. */
export const unsettledPaymentIds = async (databases: Databases, limit: number): Promise<string[]> => {
  const payments = databases.of.payments.collection<StoredPayment>('payments');
  const idOf = (payment: StoredPayment) => payment._id;
  const [openAttempts, refundsDue] = await Promise.all([
    all(payments, { filter: { 'openAttempt.at': { $exists: true } }, fields: [], sort: 'openAttempt.at', limit }, idOf),
    all(payments, { filter: { 'refundDue.due': { $exists: true } }, fields: [], sort: 'refundDue.due', limit }, idOf),
  ]);
  return [...openAttempts, ...refundsDue];
};
