import { expect, test } from '@jest/globals';
import { errorsResponse, orderResponse, type Order, type Ticket } from './responses.ts';
import { eventually } from './eventually.ts';
import { list, orderOf, pay, signUp, ticketOf, type User } from './user.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { openStripeLedger } from './stripe-ledger.ts';

const site = siteUnderTest();

/** How often each value occurs. */
const countsOf = <T>(values: readonly T[]): Map<T, number> => {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

const signUpMany = (count: number): Promise<User[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(site.url)));

/** Lists tickets and waits until the orders service knows each: from then on it refuses an order of their seller. */
const listMany = async (seller: User, count: number): Promise<Ticket[]> => {
  const tickets = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      list(seller, { title: `Seat ${index + 1}`, price: (1_000 + index) / 100 }),
    ),
  );
  await Promise.all(
    tickets.map(({ id }) =>
      eventually(async () => {
        const response = await seller.send({ method: 'POST', path: '/api/orders', body: { ticketId: id } });
        expect(response.status).toBe(400);
      }, 30_000),
    ),
  );
  return tickets;
};

const awaitingPayment = (buyer: User, id: string): Promise<Order> =>
  eventually(async () => {
    const found = await orderOf(buyer, id);
    expect(found.status).toBe('awaiting:payment');
    return found;
  }, 30_000);

/** The default of MAX_LIVE_HOLDS. */
const maxLiveHolds = 6;

test('When 20 buyers want each of 200 tickets at once, then no ticket has two holds, each buyer has as many as allowed, and no request fails', async () => {
  const seller = await signUp(site.url);
  const [buyers, tickets] = await Promise.all([signUpMany(20), listMany(seller, 200)]);
  const responses = await Promise.all(
    tickets.flatMap(({ id: ticketId }) =>
      buyers.map(async (buyer) => {
        const { status, body } = await buyer.send({ method: 'POST', path: '/api/orders', body: { ticketId } });
        return { buyer, ticketId, status, body };
      }),
    ),
  );
  expect(countsOf(responses.map(({ status }) => status))).toEqual(
    new Map([
      [201, 20 * maxLiveHolds],
      [400, 20 * (200 - maxLiveHolds)],
    ]),
  );
  const winners = responses.filter(({ status }) => status === 201);
  expect(new Set(winners.map(({ ticketId }) => ticketId)).size).toBe(20 * maxLiveHolds);
  expect([...countsOf(winners.map(({ buyer }) => buyer)).values()]).toEqual(buyers.map(() => maxLiveHolds));
  const messages = responses.flatMap(({ status, body }) => (status === 400 ? errorsResponse.parse(body).errors : []));
  expect(new Set(messages.map(({ message }) => message))).toEqual(
    new Set(['Ticket is already reserved', `You already hold ${maxLiveHolds} tickets`]),
  );
  await Promise.all(
    winners.map(async ({ buyer, ticketId, body }) => {
      const { id } = await awaitingPayment(buyer, orderResponse.parse(body).id);
      expect((await ticketOf(seller, ticketId)).orderId).toBe(id);
    }),
  );
}, 120_000);

testOnThisMachine(
  'When each of 100 orders is paid 5 times at once, then each is charged exactly once, with its own price',
  async () => {
    const seller = await signUp(site.url);
    const [buyers, tickets] = await Promise.all([signUpMany(20), listMany(seller, 100)]);
    const payable = await Promise.all(
      tickets.map(async ({ id: ticketId }, index) => {
        const buyer = buyers[index % buyers.length] ?? seller;
        const response = await buyer.send({ method: 'POST', path: '/api/orders', body: { ticketId } });
        expect(response.status).toBe(201);
        return { buyer, order: await awaitingPayment(buyer, orderResponse.parse(response.body).id) };
      }),
    );
    const responses = await Promise.all(
      payable.flatMap(({ buyer, order }) =>
        Array.from({ length: 5 }, async () => ({ id: order.id, response: await pay(buyer, order.id) })),
      ),
    );
    for (const { response } of responses) expect([201, 409]).toContain(response.status);
    const paid = responses.filter(({ response }) => response.status === 201);
    expect(new Set(paid.map(({ id }) => id)).size).toBe(100);
    for (const { id } of payable.map(({ order }) => order)) {
      const bodies = paid.filter((each) => each.id === id).map(({ response }) => JSON.stringify(response.body));
      expect(new Set(bodies).size).toBe(1);
    }

    const charges = await openStripeLedger(site.processes()).charges();
    const wanted = new Map(payable.map(({ order }) => [order.id, Math.round(order.price * 100)]));
    const charged = charges.filter(({ metadata }) => wanted.has(metadata.orderId));
    expect(charged.map(({ metadata }) => metadata.orderId).toSorted()).toEqual([...wanted.keys()].toSorted());
    expect(new Map(charged.map(({ metadata, amount }) => [metadata.orderId, amount]))).toEqual(wanted);
    await Promise.all(
      payable.map(({ buyer, order }) =>
        eventually(async () => expect((await orderOf(buyer, order.id)).status).toBe('complete'), 30_000),
      ),
    );
  },
  120_000,
);
