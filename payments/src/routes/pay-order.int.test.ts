import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { chargeCreated, orderCreated, orderUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { newOrder } from '@ticketing/common/events/testing';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

const message = (text: string, field?: string) => ({
  errors: [{ message: text, ...(field === undefined ? {} : { field }) }],
});
const stolen = 'tok_chargeDeclinedStolenCard';

test('When an order is paid, then its PaymentIntent accepts cards only, whatever the dashboard enables', async () => {
  const order = await payments.payable();
  expect((await payments.pay(order.id)).status).toBe(201);
  expect(await payments.sandbox.intents(order.id)).toMatchObject([
    { allowed_payment_method_types: ['card'], automatic_payment_methods: null },
  ]);
});

test('When the card is good, then the order is paid once, at its price, and an event says so', async () => {
  const order = await payments.payable({ price: 1999 });
  expect(await payments.pay(order.id)).toEqual({ status: 201, body: { id: order.id } });

  const [charge, ...others] = await payments.sandbox.paid(order.id);
  expect(others).toEqual([]);
  expect(charge).toMatchObject({ amount: 1999, currency: 'usd', metadata: { orderId: order.id } });
  const stripeId = charge?.payment_intent;

  expect(await payments.get(order.id)).toEqual({
    status: 200,
    body: {
      id: order.id,
      orderId: order.id,
      version: 1,
      status: 'completed',
      attempts: 0,
      amount: 1999,
      currency: 'usd',
      stripeId,
      completedAt: expect.stringMatching(/^20.*Z$/),
    },
  });
  const about = { buyerId: 'buyer', ticketId: order.ticket.id, title: order.ticket.title };
  await payments.system.eventually(() => {
    const created = payments.system.events(chargeCreated).filter(({ data }) => data.id === order.id);
    expect(created.map(({ aggregate, data }) => ({ aggregate, data }))).toEqual([
      {
        aggregate: { type: 'charge', id: order.id, version: 0 },
        data: {
          id: order.id,
          version: 0,
          orderId: order.id,
          status: 'created',
          attempts: 0,
          amount: 1999,
          currency: 'usd',
          ...about,
        },
      },
    ]);
    expect(payments.updates(order.id)).toEqual([
      {
        id: order.id,
        version: 1,
        orderId: order.id,
        status: 'completed',
        attempts: 0,
        amount: 1999,
        currency: 'usd',
        stripeId,
        completedAt: expect.any(String),
        fee: 200,
        left: 1999,
        ...about,
      },
    ]);
  });
});

test.each(['tok_mastercard', 'pm_card_visa'])('When it is paid with %s, then the order is paid', async (token) => {
  const order = await payments.payable();
  expect((await payments.pay(order.id, token)).status).toBe(201);
});

test('When a paid order is paid again, with any card, then the response is the same and nothing is charged', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  expect(await payments.pay(order.id)).toEqual({ status: 201, body: { id: order.id } });
  expect(await payments.pay(order.id, 'tok_chargeDeclined')).toEqual({ status: 201, body: { id: order.id } });
  expect(await payments.sandbox.charges(order.id)).toHaveLength(1);
});

test('When 100 orders are paid 5 times each at once by two replicas, then each is charged exactly once', async () => {
  const replica = await payments.startReplica();
  const orders = await payments.payables(100);
  const responses = await Promise.all(
    orders.flatMap((order) =>
      Array.from({ length: 5 }, async (_, index) => {
        const url = index % 2 === 0 ? payments.url : replica.url;
        return { id: order.id, status: (await payments.pay(order.id, 'tok_visa', { url })).status };
      }),
    ),
  );
  expect(responses.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
  const paid = new Set(responses.filter(({ status }) => status === 201).map(({ id }) => id));
  expect(paid.size).toBe(100);

  const charged = new Map<string, number>();
  for await (const charge of payments.sandbox.stripe.charges.list({ limit: 100 })) {
    const id = charge.metadata['orderId'] ?? '';
    charged.set(id, (charged.get(id) ?? 0) + 1);
  }
  expect(orders.map(({ id }) => charged.get(id))).toEqual(orders.map(() => 1));
}, 120_000);

test('When an attempt is under way, then another one is refused', async () => {
  const order = await payments.payable();
  const pause = payments.pauseAt('before', 'tryCard');
  const first = payments.pay(order.id);
  await pause.reached;
  expect(await payments.pay(order.id, 'tok_mastercard')).toEqual({
    status: 409,
    body: message('Another payment of this order is under way'),
  });
  pause.goOn();
  expect((await first).status).toBe(201);
});

test('When the card is declined, then the response says why and another card can pay', async () => {
  const order = await payments.payable();
  expect(await payments.pay(order.id, 'tok_chargeDeclinedInsufficientFunds')).toEqual({
    status: 400,
    body: message('Your card has insufficient funds.'),
  });
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 1, version: 1 });
  expect((await payments.pay(order.id)).status).toBe(201);
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'completed', attempts: 1, version: 2 });
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});

test('When all attempts are declined, then payment has failed for good', async () => {
  const order = await payments.payable();
  for (const token of ['tok_chargeDeclined', 'tok_chargeDeclinedExpiredCard', 'tok_chargeDeclined']) {
    expect((await payments.pay(order.id, token)).status).toBe(400);
  }
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'failed', attempts: 3 });
  expect(await payments.pay(order.id)).toEqual({ status: 400, body: message('Payment of this order has failed') });
  expect(await payments.sandbox.paid(order.id)).toEqual([]);
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).map(({ status, attempts }) => [status, attempts])).toEqual([
      ['created', 1],
      ['created', 2],
      ['failed', 3],
    ]);
  });
});

test.each([stolen, 'tok_chargeDeclinedLostCard', 'tok_chargeDeclinedFraudulent'])(
  'When the card is %s, then payment has failed at once',
  async (token) => {
    const order = await payments.payable();
    expect(await payments.pay(order.id, token)).toEqual({ status: 400, body: message('Your card was declined.') });
    expect((await payments.get(order.id)).body).toMatchObject({ status: 'failed', attempts: 1 });
  },
);

test.each(['tok_nobody', 'pm_nobody', 'nonsense', '4242424242424242'])(
  'When Stripe does not know the token %s, then it is refused and does not count',
  async (token) => {
    const order = await payments.payable();
    for (let time = 0; time < 4; time += 1) {
      expect(await payments.pay(order.id, token)).toEqual({ status: 400, body: message('Unknown token', 'token') });
    }
    expect((await payments.pay(order.id)).status).toBe(201);
    expect((await payments.get(order.id)).body).toMatchObject({ status: 'completed', attempts: 0 });
  },
);

test('When a payment method was used before, then it is refused and does not count', async () => {
  const used = await payments.payable();
  const method = await payments.sandbox.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  expect((await payments.pay(used.id, method.id)).status).toBe(201);
  const order = await payments.payable();
  expect(await payments.pay(order.id, method.id)).toEqual({ status: 400, body: message('Unknown token', 'token') });
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 0 });
});

test.each([
  [{}, ['orderId', 'token']],
  [{ orderId: '', token: '' }, ['orderId', 'token']],
  [{ orderId: { $gt: '' }, token: { $gt: '' } }, ['orderId', 'token']],
  [{ orderId: newId(), token: 'x'.repeat(300) }, ['token']],
  [[], ['orderId', 'token']],
])('When the body is %j, then each invalid field is named', async (body, fields) => {
  const response = await payments.request('POST', '/api/payments', {
    body: JSON.stringify(body),
    headers: { ...payments.system.as('buyer'), 'Content-Type': 'application/json' },
  });
  expect(response.status).toBe(400);
  expect(response.body).toEqual({ errors: fields.map((field) => ({ message: expect.any(String), field })) });
});

test('When nobody is signed in, then the response is 401', async () => {
  const response = await payments.request('POST', '/api/payments', {
    body: JSON.stringify({ orderId: newId(), token: 'tok_visa' }),
    headers: { 'Content-Type': 'application/json' },
  });
  expect(response).toEqual({ status: 401, body: message('Not authorized') });
});

test("When the order is another user's, then the response is 401 and nothing is claimed", async () => {
  const order = await payments.payable();
  expect(await payments.pay(order.id, 'tok_visa', { userId: 'thief' })).toEqual({
    status: 401,
    body: message('Not authorized'),
  });
  expect((await payments.stored(order.id))?.status).toBeUndefined();
});

test('When no event of the order arrives while the request waits, then the response is 404; for a malformed id at once', async () => {
  const { url } = await payments.startReplica({ waitForOrderMs: 100 });
  const start = performance.now();
  expect(await payments.pay(newId(), 'tok_visa', { url })).toEqual({ status: 404, body: message('Order not found') });
  expect(performance.now() - start).toBeGreaterThanOrEqual(100);
  expect(await payments.pay('no-id')).toEqual({ status: 404, body: message('Order not found') });
});

test('When the buyer goes away while the request waits for its order, then nothing more is asked of the database for it', async () => {
  const orderId = newId();
  const claims = { count: 0 };
  const { url } = await payments.startReplica({
    waitForOrderMs: 60_000,
    onDatabaseCommand: (command) => {
      if (command['findAndModify'] === 'payments' && JSON.stringify(command).includes(orderId)) claims.count += 1;
    },
  });
  const gone = new AbortController();
  const body = JSON.stringify({ orderId, token: 'tok_visa' });
  const headers = { ...payments.system.as('buyer'), 'Content-Type': 'application/json' };
  const response = fetch(`${url}/api/payments`, { method: 'POST', headers, body, signal: gone.signal });
  await payments.system.eventually(() => expect(claims.count).toBeGreaterThan(0));
  gone.abort();
  await expect(response).rejects.toThrow();
  await payments.system.eventually(async () => {
    const before = claims.count;
    for (let read = 0; read < 20; read += 1) await payments.call('buyer', 'GET', `/api/payments/${newId()}`, { url });
    expect(claims.count).toBe(before);
  });
});

test('When the order becomes payable while the request waits, then it is paid', async () => {
  const order = newOrder();
  const response = payments.pay(order.id);
  await payments.system.publish(orderCreated, order);
  await payments.system.publish(orderUpdated, { ...order, status: 'awaiting:payment', version: 1 });
  expect((await response).status).toBe(201);
});

test('When the order is still not confirmed after the wait, then the response is 409', async () => {
  const { url } = await payments.startReplica({ waitForOrderMs: 100 });
  const order = newOrder();
  await payments.system.publish(orderCreated, order);
  await payments.system.eventually(async () => expect(await payments.stored(order.id)).not.toBeNull());
  expect(await payments.pay(order.id, 'tok_visa', { url })).toEqual({
    status: 409,
    body: message('This order is being confirmed, please try again'),
  });
});

test('When the order is cancelled, then it cannot be paid', async () => {
  const order = await payments.payable();
  await payments.cancel(order);
  expect(await payments.pay(order.id)).toEqual({ status: 400, body: message('This order has been cancelled') });
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
});

test('When the order was completed without a charge, as after a restored backup, then the request ends', async () => {
  const order = await payments.payable();
  await payments.system
    .collection('payments')
    .updateOne({ 'order.id': order.id }, { $set: { 'order.status': 'complete' } });
  expect(await payments.pay(order.id)).toEqual({ status: 500, body: message('Something went wrong') });
});

test('When the deadline has passed, then the order cannot be paid, although it is not cancelled yet', async () => {
  const order = await payments.payable({ expiresAt: new Date(Date.now() - 1).toISOString() });
  expect(await payments.pay(order.id)).toEqual({ status: 400, body: message('This order has expired') });
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
});

test.each(['network_before_charge', 'network_after_charge', 'http_500', 'http_429'] as const)(
  'When Stripe fails by %s, then the order is charged once and a repeat returns the same outcome',
  async (failNext) => {
    const order = await payments.payable();
    await payments.sandbox.behave({ failNext });
    expect((await payments.pay(order.id)).status).toBe(201);
    expect((await payments.pay(order.id)).status).toBe(201);
    expect(await payments.sandbox.paid(order.id)).toHaveLength(1);

    const declined = await payments.payable();
    await payments.sandbox.behave({ failNext });
    expect(await payments.pay(declined.id, 'tok_chargeDeclined')).toEqual({
      status: 400,
      body: message('Your card was declined.'),
    });
    expect((await payments.get(declined.id)).body).toMatchObject({ status: 'created', attempts: 1 });
    expect(await payments.sandbox.charges(declined.id)).toHaveLength(1);
  },
);

test('When Stripe limits the rate (429), then the call is repeated under its key, and the card is tried once', async () => {
  const order = await payments.payable();
  await payments.sandbox.behave({ failNext: 'http_429' });
  expect(await payments.pay(order.id)).toEqual({ status: 201, body: { id: order.id } });
  expect(await payments.sandbox.callsUnder(order.id)).toBe(2);
  expect(await payments.sandbox.charges(order.id)).toHaveLength(1);
});
