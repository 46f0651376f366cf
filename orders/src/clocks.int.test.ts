import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, ticketCreated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { RunningService } from '@ticketing/common/service';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from './config.ts';
import { startService } from './service.ts';

const windowSeconds = 3;
let system: TestSystem;
let replicas: RunningService[];

beforeAll(async () => {
  system = await openTestSystem();
  // The clocks of the two machines differ by a minute.
  replicas = await Promise.all(
    [-30_000, 30_000].map((offset) =>
      system.start(({ now, ...overrides }) =>
        startService(readConfig({ ...system.env, EXPIRATION_WINDOW_SECONDS: String(windowSeconds) }), {
          ...overrides,
          ownTime: () => Number(now?.()) + offset,
        }),
      ),
    ),
  );
});
afterAll(() => system.close());

test('When the clocks of replicas are 30 s ahead and behind, then a hold lasts exactly as long as it should', async () => {
  for (const replica of replicas) {
    const ticket = { id: newId(), version: 0, revision: 0, title: 'Final', price: 1999, userId: 'seller' };
    await system.publish(ticketCreated, ticket);
    const api = supertest(replica.url);
    const before = Date.now();
    const order = await system.eventually(async () => {
      const response = await api.post('/api/orders').set(system.as('buyer')).send({ ticketId: ticket.id });
      if (response.status !== 201) throw new Error('not copied yet');
      return response.body;
    });
    const deadline = Date.parse(order.expiresAt);
    expect(deadline).toBeGreaterThan(before + windowSeconds * 1000 - 500);
    expect(deadline).toBeLessThan(Date.now() + windowSeconds * 1000 + 500);
    const cancelled = await system.eventually(() => {
      const found = system.events(orderCancelled).find(({ data }) => data.id === order.id);
      if (found === undefined) throw new Error('still held');
      return found;
    });
    expect(Date.now()).toBeGreaterThan(deadline - 500);
    expect(Date.parse(cancelled.time) - deadline).toBeGreaterThanOrEqual(500);
    expect(Date.parse(cancelled.time) - deadline).toBeLessThan(2_000);
  }
});
