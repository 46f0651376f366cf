import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChargeState, OrderState, TicketState } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { httpKit, openEventWaits, openLive, openService, openSite, SessionEndings } from '@ticketing/common/service';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import { createApp } from '../app.ts';
import { orderSource } from '../routes/stream-order.ts';
import { readConfig } from '../config.ts';
import { openMetrics } from '../metrics.ts';
import { collections, openModels } from '../models/open-models.ts';
import { applyChargeStates } from './apply-charge-states.ts';
import { applyTicketStates } from './apply-ticket-states.ts';
import { cancelOwnOrder } from './cancel-own-order.ts';
import { createOrder } from './create-order.ts';
import type { Deps } from '../deps.ts';
import { cancelClosedOrders } from './cancel-closed-orders.ts';
import { expireOrders } from './expire-orders.ts';

let system: TestSystem;
let deps: Deps;

const trace = { correlationId: 'test', traceId: '0'.repeat(32) };

beforeAll(async () => {
  system = await openTestSystem();
  await system.start((overrides) => {
    const config = readConfig(system.env);
    const service = openService('orders', config, overrides);
    const { now, newId } = service;
    deps = {
      ...openModels(service),
      now,
      newId,
      currency: config.CURRENCY,
      deliveryMs: { max: 172_800_000, min: 900_000 },
      windowSeconds: 900,
      maxLiveHolds: 1_000,
      metrics: openMetrics(service.metrics),
      copyDelayMs: 0,
      copied: () => undefined,
    };
    const sessions = new SessionEndings(service);
    const liveOrders = openLive(service, config, sessions).of(orderSource(deps));
    return service.run({
      collections,
      app: createApp(httpKit(service, openSite(service, config, { sessions })), {
        ...deps,
        liveOrders,
        newTickets: openEventWaits<TicketState>(service, []),
        confirmations: openEventWaits<OrderState>(service, []),
        confirmationMs: 0,
      }),
      listeners: [],
    });
  });
});
afterAll(() => system.close());

const awaitingPayment = async () => {
  const ticket = { id: newId(), version: 0, revision: 0, title: 'Final', price: 1999, userId: 'seller' };
  await applyTicketStates(deps)([{ state: ticket, time: new Date(), trace }]);
  const order = await createOrder(deps, { userId: 'buyer', ticketId: ticket.id, trace });
  await applyTicketStates(deps)([{ state: { ...ticket, version: 1, orderId: order._id }, time: new Date(), trace }]);
  return order;
};
const completed = (orderId: string): ChargeState => ({
  id: newId(),
  version: 1,
  orderId,
  status: 'completed',
  attempts: 0,
  amount: 1999,
  currency: 'usd',
});

/** Waits for as many round trips to the database. */
const roundTrips = async (count: number) => {
  for (let trip = 0; trip < count; trip += 1) await deps.orders.findOne({ _id: 'nothing' });
};

test('When an order is paid, cancelled and expires at once, then exactly one of these happens', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 128 }, async (_, index) => {
      const order = await awaitingPayment();
      const ended = { state: { orderId: order._id }, time: new Date(), trace };
      const late: Deps = { ...deps, now: () => new Date(order.expiresAt.getTime() + 1) };
      const [cancel] = await Promise.all([
        roundTrips(index % 4)
          .then(() => cancelOwnOrder(deps, { orderId: order._id, userId: 'buyer', trace }))
          .then(
            () => 'cancelled',
            (error: unknown) => String(error),
          ),
        roundTrips((index >> 2) % 4).then(() =>
          applyChargeStates(deps)([{ state: completed(order._id), time: new Date(), trace }]),
        ),
        roundTrips((index >> 4) % 4)
          .then(() => expireOrders(late)([ended]))
          .then(() => cancelClosedOrders(deps)([ended])),
      ]);
      const after = await deps.orders.findOne({ _id: order._id });
      // Exactly one move from awaiting payment, beside the question to payments.
      expect(after?.version).toBe(after?.closing === undefined ? 2 : 3);
      if (after?.status === 'complete') {
        expect([cancel, after.reason]).toEqual(['BadRequestError: A paid order cannot be cancelled', undefined]);
        return 'complete';
      }
      expect([cancel, after?.status]).toEqual(['cancelled', 'cancelled']);
      return after?.reason;
    }),
  );
  expect(new Set(outcomes)).toEqual(new Set(['complete', 'by_buyer', 'expired']));
});
