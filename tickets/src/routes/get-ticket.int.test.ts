import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openHarness, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

test('When a ticket is requested without a session, then it is shown without internal fields', async () => {
  const ticket = await tickets.list();
  const response = await tickets.api.get(`/api/tickets/${ticket.id}`);
  expect(response.status).toBe(200);
  expect(response.body).toEqual({
    id: ticket.id,
    version: 0,
    title: 'Final',
    price: 19.99,
    currency: 'usd',
    userId: 'seller',
    eventId: expect.any(String),
    delivery: 'by_seller',
  });
});

test('When the release before has written a ticket, then its event is known all the same', async () => {
  const ticket = await tickets.list({ venue: 'Arena' });
  await tickets.system
    .collection<{ _id: string }>('tickets')
    .updateOne({ _id: ticket.id }, { $unset: { eventId: true } });
  expect(await tickets.get(ticket.id)).toEqual(ticket);
});

test('When a ticket is held and then sold, then its order and the time of the sale are shown', async () => {
  const { ticket, order } = await tickets.held();
  expect(await tickets.get(ticket.id)).toEqual({ ...ticket, version: 1, orderId: order.id });
  await tickets.complete(order);
  await tickets.system.eventually(async () => {
    const sold = await tickets.get(ticket.id);
    expect(sold).toEqual({ ...ticket, version: 2, orderId: order.id, soldAt: expect.any(String) });
    expect(new Date(String(sold.soldAt)).toISOString()).toBe(sold.soldAt);
  });
});

test.each([newId(), 'no-id', '%24where', '__proto__', '%00'])(
  'When the id is %s, of no ticket, then the response is 404',
  async (id) => {
    const response = await tickets.api.get(`/api/tickets/${id}`);
    expect(response.status).toBe(404);
    expect(response.body).toEqual({ errors: [{ message: 'Ticket not found' }] });
  },
);

test('When the path has an invalid percent-encoding, then the response is 400', async () => {
  const response = await tickets.api.get('/api/tickets/%E0');
  expect(response.status).toBe(400);
  expect(response.body).toEqual({ errors: [{ message: expect.any(String) }] });
});
