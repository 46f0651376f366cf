import { expect } from '@jest/globals';
import {
  orderCancelled,
  orderCreated,
  orderUpdated,
  ticketClaimRefused,
  ticketUpdated,
  type ClaimRefusalReason,
  type EventMessage,
  type OrderState,
  type TicketState,
} from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import type { RunningService } from '@ticketing/common/service';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import type { TicketDocument } from '../models/open-models.ts';
import { startService } from '../service.ts';

/** A ticket as HTTP shows it. */
export interface TicketView {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly price: number;
  readonly userId: string;
  readonly eventId?: string;
  readonly orderId?: string;
  readonly soldAt?: string;
  readonly delivery?: string;
  readonly description?: string;
}

/** One running tickets service, the requests of its users and the events of orders. */
export interface TicketsHarness {
  readonly system: TestSystem;
  readonly api: ReturnType<typeof supertest>;
  startReplica(env?: Readonly<Record<string, string>>): Promise<RunningService>;
  /** Lists a ticket by HTTP. */
  list(body?: object, sellerId?: string): Promise<TicketView>;
  get(ticketId: string): Promise<TicketView>;
  put(ticketId: string, body: object, userId?: string): supertest.Test;
  stored(ticketId: string): Promise<TicketDocument>;
  /** The ticket.updated events of a ticket, oldest version first. */
  updates(ticketId: string): TicketState[];
  created(order: OrderState, time?: Date): Promise<EventMessage>;
  cancelled(order: OrderState): Promise<EventMessage>;
  complete(order: OrderState): Promise<EventMessage>;
  /** Resolves once the order holds its ticket. */
  untilHeld(order: OrderState): Promise<void>;
  /** Resolves once tickets has refused the order its ticket for this reason. */
  untilRefused(order: OrderState, reason: ClaimRefusalReason): Promise<void>;
  /** Resolves once no order holds the ticket. */
  untilOnSale(ticketId: string): Promise<void>;
  /** A ticket that an order holds. */
  held(body?: object): Promise<{ readonly ticket: TicketView; readonly order: OrderState }>;
  /** Resolves once every order.created sent before has been handled at least once. */
  createdHandled(): Promise<void>;
  /** Resolves once every order.cancelled sent before has been handled at least once. */
  cancelledHandled(): Promise<void>;
  /** Resolves once every order.updated sent before has been handled at least once. */
  updatedHandled(): Promise<void>;
}

/** A new order for a ticket with its current price. */
export const orderFor = (ticket: TicketView, changes: Partial<OrderState> = {}, revision = 0): OrderState => {
  const price = Math.round(ticket.price * 100);
  return newOrder({
    price,
    ticket: { id: ticket.id, title: ticket.title, price, version: ticket.version, revision },
    ...changes,
  });
};

export const codeKey = 'c'.repeat(32);

export const openHarness = async (env: Readonly<Record<string, string>> = {}): Promise<TicketsHarness> => {
  const system = await openTestSystem();
  const startReplica: TicketsHarness['startReplica'] = (changed = {}) =>
    system.start((overrides) =>
      startService(readConfig({ ...system.env, CODE_KEY: codeKey, ...env, ...changed }), overrides),
    );
  const api = supertest((await startReplica()).url);

  const list = async (body: object = {}, sellerId = 'seller'): Promise<TicketView> => {
    const response = await api
      .post('/api/tickets')
      .set(system.as(sellerId))
      .send({ title: 'Final', price: 19.99, ...body });
    if (response.status !== 201) throw new Error(`not listed: ${response.status} ${response.text}`);
    return response.body;
  };
  const get = async (ticketId: string): Promise<TicketView> => (await api.get(`/api/tickets/${ticketId}`)).body;
  const stored = async (ticketId: string): Promise<TicketDocument> => {
    const ticket = await system.collection<TicketDocument>('tickets').findOne({ _id: ticketId });
    if (ticket === null) throw new Error(`no ticket ${ticketId}`);
    return ticket;
  };
  const until = (ticketId: string, holds: (ticket: TicketDocument) => boolean): Promise<void> =>
    system.eventually(async () => {
      const ticket = await stored(ticketId);
      if (!holds(ticket)) throw new Error(`ticket is ${ticket.availability} for ${String(ticket.orderId)}`);
    });
  const created = (order: OrderState, time?: Date) =>
    system.publish(orderCreated, order, time === undefined ? {} : { time });
  const cancelled = (order: OrderState) =>
    system.publish(orderCancelled, { ...order, version: 1, status: 'cancelled', reason: 'by_buyer' });
  const complete = (order: OrderState) => system.publish(orderUpdated, { ...order, version: 2, status: 'complete' });
  const untilHeld = (order: OrderState) => until(order.ticket.id, (ticket) => ticket.orderId === order.id);
  const untilOnSale = (ticketId: string) => until(ticketId, ({ availability }) => availability === 'on_sale');
  const held = async (body: object = {}) => {
    const ticket = await list(body);
    const order = orderFor(ticket, { expiresAt: new Date(system.clock.now().getTime() + 900_000).toISOString() });
    await created(order);
    await untilHeld(order);
    return { ticket, order };
  };

  return {
    system,
    api,
    startReplica,
    list,
    get,
    put: (ticketId, body, userId = 'seller') => api.put(`/api/tickets/${ticketId}`).set(system.as(userId)).send(body),
    stored,
    updates: (ticketId) =>
      system
        .events(ticketUpdated)
        .map(({ data }) => data)
        .filter((data) => data.id === ticketId)
        .toSorted((one, other) => one.version - other.version),
    created,
    cancelled,
    complete,
    untilHeld,
    untilRefused: (order, reason) =>
      system.eventually(() => {
        const refusals = system.events(ticketClaimRefused).filter(({ data }) => data.orderId === order.id);
        expect(refusals.map(({ data }) => data.reason)).toEqual([reason]);
      }),
    untilOnSale,
    held,
    createdHandled: async () => {
      await held();
    },
    cancelledHandled: async () => {
      const { ticket, order } = await held();
      await cancelled(order);
      await untilOnSale(ticket.id);
    },
    updatedHandled: async () => {
      const { ticket, order } = await held();
      await complete(order);
      await until(ticket.id, ({ availability }) => availability === 'sold');
    },
  };
};
