import {
  chargeClosed,
  chargeUpdated,
  orderCancelled,
  orderExpired,
  orderUpdated,
  ticketClaimRefused,
  ticketCreated,
  ticketUpdated,
  type ChargeState,
  type ChargeStatus,
  type ClaimRefusalReason,
  type EventMessage,
  type OrderState,
  type OrderStatus,
  type TicketState,
} from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { RunningService } from '@ticketing/common/service';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import type { OrderDocument, TicketCopy } from '../models/open-models.ts';
import { startService, type OrdersOverrides } from '../service.ts';

/** An order as HTTP shows it. */
export interface OrderView {
  readonly id: string;
  readonly version: number;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly reason?: string;
  readonly expiresAt: string;
  readonly problemAt?: string;
  readonly delivery?: OrderState['delivery'];
  readonly price: number;
  readonly ticket: { readonly id: string; readonly title: string; readonly price: number; readonly version: number };
}

/** One running orders service, and what other people and services do to it. */
export interface OrdersHarness {
  readonly system: TestSystem;
  readonly api: ReturnType<typeof supertest>;
  startReplica(env?: Readonly<Record<string, string>>): Promise<RunningService>;
  /** A ticket of which orders has a copy. */
  listed(state?: Partial<TicketState>): Promise<TicketState>;
  post(body: object, userId?: string): supertest.Test;
  delete(orderId: string, userId?: string): supertest.Test;
  /** An order of `buyer`, on a ticket of its own by default, moved as far as `status`. */
  ordered(options?: {
    readonly ticket?: TicketState;
    readonly userId?: string;
    readonly status?: OrderStatus;
  }): Promise<OrderView>;
  /** Without its history. */
  get(order: Pick<OrderView, 'id' | 'userId'>): Promise<OrderView>;
  stored(orderId: string): Promise<OrderDocument>;
  copy(ticketId: string): Promise<TicketState | undefined>;
  until(order: Pick<OrderView, 'id'>, expected: Partial<OrderDocument>): Promise<void>;
  /** Publishes that tickets has confirmed the order's hold. */
  confirmed(order: OrderView): Promise<EventMessage>;
  refused(order: OrderView, reason: ClaimRefusalReason): Promise<EventMessage>;
  charged(order: OrderView, status: ChargeStatus, state?: Partial<ChargeState>): Promise<EventMessage>;
  expired(order: OrderView): Promise<EventMessage>;
  /** The answer of payments that no money has come. */
  closed(order: OrderView): Promise<EventMessage>;
  /** The order.updated and order.cancelled events of an order, by version. */
  moves(orderId: string): OrderState[];
  /** Each resolves once every such event sent before has been handled at least once. */
  readonly handled: {
    refusals(): Promise<void>;
    charges(): Promise<void>;
    expiries(): Promise<void>;
    tickets(): Promise<void>;
  };
}

/** When every completed charge was paid. */
export const paidAt = '2026-11-29T06:12:00.000Z';

/**
 * Most tests order for one buyer, so that the limit of holds is out of the way unless `env` sets it. Nobody confirms a hold but
 * the tests, so requests do not wait for that by default.
 */
export const openHarness = async (
  env: Readonly<Record<string, string>> = {},
  { confirmationMs = 0 }: Pick<OrdersOverrides, 'confirmationMs'> = {},
): Promise<OrdersHarness> => {
  const system = await openTestSystem();
  const startReplica: OrdersHarness['startReplica'] = (changed = {}) =>
    system.start((overrides) =>
      startService(readConfig({ ...system.env, MAX_LIVE_HOLDS: '1000', ...env, ...changed }), {
        ...overrides,
        confirmationMs,
      }),
    );
  const api = supertest((await startReplica()).url);

  const copy = async (ticketId: string) =>
    (await system.collection<TicketCopy>('tickets').findOne({ _id: ticketId }))?.ticket;
  const stored = async (orderId: string): Promise<OrderDocument> => {
    const order = await system.collection<OrderDocument>('orders').findOne({ _id: orderId });
    if (order === null) throw new Error(`no order ${orderId}`);
    return order;
  };
  const until: OrdersHarness['until'] = (order, expected) =>
    system.eventually(async () => {
      const { status, reason, version } = await stored(order.id);
      const found = new Map<string, unknown>(Object.entries({ status, reason, version }));
      const different = Object.entries(expected).filter(([field, value]) => found.get(field) !== value);
      if (different.length > 0) throw new Error(`order is ${status} ${String(reason)}, version ${version}`);
    });
  const listed = async (state: Partial<TicketState> = {}): Promise<TicketState> => {
    const ticket = { id: newId(), version: 0, revision: 0, title: 'Final', price: 1999, userId: 'seller', ...state };
    await system.publish(ticketCreated, ticket);
    await system.eventually(async () => {
      if ((await copy(ticket.id)) === undefined) throw new Error('not copied yet');
    });
    return ticket;
  };
  const post = (body: object, userId = 'buyer') => api.post('/api/orders').set(system.as(userId)).send(body);
  const confirmed = async (order: OrderView) =>
    system.publish(ticketUpdated, {
      id: order.ticket.id,
      version: order.ticket.version + 1,
      revision: 0,
      title: order.ticket.title,
      price: Math.round(order.price * 100),
      userId: 'seller',
      orderId: order.id,
    });
  const refused = (order: OrderView, reason: ClaimRefusalReason) =>
    system.publish(
      ticketClaimRefused,
      { ticketId: order.ticket.id, orderId: order.id, reason },
      { aggregateId: order.ticket.id, version: 1 },
    );
  const charged = (order: OrderView, status: ChargeStatus, state: Partial<ChargeState> = {}) =>
    system.publish(chargeUpdated, {
      id: `charge-of-${order.id}`,
      version: 1,
      orderId: order.id,
      status,
      attempts: 0,
      amount: Math.round(order.price * 100),
      currency: 'usd',
      ...(status === 'completed' ? { completedAt: paidAt } : {}),
      ...state,
    });
  const closed = (order: OrderView) =>
    system.publish(chargeClosed, { orderId: order.id }, { aggregateId: `charge-of-${order.id}`, version: 1 });
  const expired = (order: OrderView) => system.publish(orderExpired, { orderId: order.id }, { version: 1 });

  const ordered: OrdersHarness['ordered'] = async (options = {}) => {
    const { userId = 'buyer', status = 'created' } = options;
    const ticket = options.ticket ?? (await listed());
    const response = await post({ ticketId: ticket.id }, userId);
    if (response.status !== 201) throw new Error(`not ordered: ${response.status} ${response.text}`);
    const order: OrderView = response.body;
    if (status === 'awaiting:payment' || status === 'complete') {
      await confirmed(order);
      await until(order, { status: 'awaiting:payment' });
      // The copy of a held ticket is written after the confirmation.
      await system.eventually(async () => {
        const { version = 0 } = (await copy(ticket.id)) ?? {};
        if (version <= order.ticket.version) throw new Error('not copied yet');
      });
    }
    if (status === 'complete') {
      await charged(order, 'completed');
      await until(order, { status: 'complete' });
    }
    if (status === 'cancelled') {
      await api.delete(`/api/orders/${order.id}`).set(system.as(userId)).expect(204);
    }
    return order;
  };

  return {
    system,
    api,
    startReplica,
    listed,
    post,
    delete: (orderId, userId = 'buyer') => api.delete(`/api/orders/${orderId}`).set(system.as(userId)),
    ordered,
    get: async ({ id, userId }) => {
      const { history: _history, ...order } = (await api.get(`/api/orders/${id}`).set(system.as(userId))).body;
      return order;
    },
    stored,
    copy,
    until,
    confirmed,
    refused,
    charged,
    expired,
    closed,
    moves: (orderId) =>
      [...system.events(orderUpdated), ...system.events(orderCancelled)]
        .map(({ data }) => data)
        .filter(({ id }) => id === orderId)
        .toSorted((one, other) => one.version - other.version),
    handled: {
      refusals: async () => {
        const order = await ordered();
        await refused(order, 'unavailable');
        await until(order, { status: 'cancelled' });
      },
      charges: async () => {
        const order = await ordered({ status: 'awaiting:payment' });
        await charged(order, 'completed');
        await until(order, { status: 'complete' });
      },
      expiries: async () => {
        const order = await ordered();
        system.clock.advance(Date.parse(order.expiresAt) - system.clock.now().getTime());
        await expired(order);
        await until(order, { status: 'cancelled' });
      },
      tickets: async () => {
        await ordered({ status: 'awaiting:payment' });
      },
    },
  };
};
