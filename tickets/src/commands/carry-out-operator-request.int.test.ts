import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import type { OperatorRequest } from '@ticketing/common/operator';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

/** Requests it of the running service; the request once it is carried out. */
const request = async (subject: string, action = 'withdraw'): Promise<OperatorRequest | null> => {
  const _id = newId();
  const requests = tickets.system.collection<OperatorRequest>('operator-requests');
  await requests.insertOne({ _id, action, subject, reason: 'forged', by: 'olga', requestedAt: new Date() });
  return tickets.system.eventually(async () => {
    const carriedOut = await requests.findOne({ _id });
    expect(carriedOut?.doneAt).toBeDefined();
    return carriedOut;
  });
};

test('When an operator withdraws a listing, then it is off sale, one event says so, and a repeat changes nothing', async () => {
  const ticket = await tickets.list();
  expect(await request(ticket.id)).toMatchObject({ outcome: 'withdrawn' });
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'withdrawn' });
  expect((await tickets.api.get(`/api/tickets/${ticket.id}`)).status).toBe(404);
  expect(await request(ticket.id)).toMatchObject({ outcome: 'withdrawn' });
  await tickets.system.eventually(() => expect(tickets.updates(ticket.id)).toHaveLength(1));
});

test('When the ticket is held, sold or unknown, then the outcome says so and nothing changes', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.untilHeld(order);
  expect(await request(ticket.id)).toMatchObject({ outcome: 'held' });
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'held', orderId: order.id });
  await tickets.complete(order);
  await tickets.system.eventually(async () =>
    expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'sold' }),
  );
  expect(await request(ticket.id)).toMatchObject({ outcome: 'sold' });
  expect(await request(newId())).toMatchObject({ outcome: 'no_ticket' });
  expect(await request(ticket.id, 'another')).toMatchObject({ outcome: 'unknown_action' });
});
