import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { Metrics } from '@ticketing/common/service';
import { currencyOf } from '@ticketing/common/money';
import type { Deps } from '../deps.ts';
import { openMetrics } from '../metrics.ts';
import { openModels } from '../models/open-models.ts';
import { openHarness, type OrdersHarness } from '../test/harness.ts';
import { applyTicketStates } from './apply-ticket-states.ts';

let orders: OrdersHarness;
let deps: Deps;

beforeAll(async () => {
  orders = await openHarness();
  const { system } = orders;
  deps = {
    ...openModels({
      database: system,
      relay: { register: () => undefined, publish: () => undefined },
      now: system.clock.now,
      newId,
    }),
    now: system.clock.now,
    newId,
    currency: currencyOf('usd'),
    deliveryMs: { max: 172_800_000, min: 900_000 },
    windowSeconds: 900,
    maxLiveHolds: 6,
    metrics: openMetrics(new Metrics()),
    copyDelayMs: 700,
    copied: () => undefined,
  };
});
afterAll(() => orders.system.close());

test('When a ticket is held and then sold, then the order is confirmed at once and the copy is written once, as sold', async () => {
  const ticket = await orders.listed();
  const order = await orders.ordered({ ticket });
  const sizes: number[] = [];
  const tickets = new Proxy(deps.tickets, {
    get: (target, name): unknown => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'db') return typeof value === 'function' ? value.bind(target) : value;
      return {
        collection: () => ({
          bulkWrite: async (...args: Parameters<typeof target.bulkWrite>) => {
            sizes.push(args[0].length);
            return target.bulkWrite(...args);
          },
        }),
      };
    },
  });
  const apply = applyTicketStates({ ...deps, tickets });
  const received = { time: new Date(), trace: { correlationId: 'test', traceId: '0'.repeat(32) } };
  const held = { ...ticket, version: 1, orderId: order.id };
  const sold = { ...held, version: 2, soldAt: '2030-01-01T00:00:00.000Z' };
  const copying = apply([{ ...received, state: held }]);
  await orders.until(order, { status: 'awaiting:payment' });
  expect(await orders.copy(ticket.id)).toMatchObject({ version: 0 });
  await Promise.all([copying, apply([{ ...received, state: sold }])]);
  expect(sizes).toEqual([1]);
  expect(await orders.copy(ticket.id)).toEqual(sold);
});

test('When a ticket is not held, then its copy is written at once', async () => {
  const ticket = await orders.listed();
  const apply = applyTicketStates({ ...deps, copyDelayMs: 60_000 });
  const received = { time: new Date(), trace: { correlationId: 'test', traceId: '0'.repeat(32) } };
  const released = { ...ticket, version: 2 };
  await apply([{ ...received, state: released }]);
  expect(await orders.copy(ticket.id)).toEqual(released);
});
