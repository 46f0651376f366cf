import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';

// The first call of an order creates its PaymentIntent and charges the card. While its outcome is unknown, others may
// neither repeat it nor begin another one.

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ timeoutMs: 4_000 });
});
afterAll(() => payments.close());

const nothingCharged = {
  status: 503,
  body: { errors: [{ message: 'Stripe does not respond; nothing was charged, please try again' }] },
};

/** Until no request of the attempt can still be on its way to Stripe. */
const wait = () => payments.system.clock.advance(41_000);

const untilSettled = (orderId: string) =>
  payments.system.eventually(async () => {
    const stored = await payments.stored(orderId);
    expect(stored?.openAttempt).toBeUndefined();
    return stored;
  });

/** Requests whose process is paused before it calls Stripe. */
const payAndPause = async (orderId: string) => {
  const pause = payments.pauseAt('before', 'tryCard');
  const response = payments.pay(orderId);
  await pause.reached;
  return { response, goOn: pause.goOn };
};

const payAndDie = async (orderId: string, token: string): Promise<void> => {
  payments.dieAt('after', 'tryCard');
  expect((await payments.pay(orderId, token)).status).toBe(500);
};

test('When an order is paid for the first time, then Stripe is called once', async () => {
  const order = await payments.payable();
  const before = [payments.calls('tryCard'), payments.calls('readIntent'), payments.calls('blockAttempt')] as const;
  expect((await payments.pay(order.id)).status).toBe(201);
  expect([payments.calls('tryCard'), payments.calls('readIntent'), payments.calls('blockAttempt')]).toEqual([
    before[0] + 1,
    before[1],
    before[2],
  ]);
});

test('When the first card is declined, then the PaymentIntent of the decline is stored, and the next card is tried on it', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  const [intent] = await payments.sandbox.intents(order.id);
  expect(await payments.stored(order.id)).toMatchObject({ declines: 1, stripeId: intent?.id });
  expect((await payments.pay(order.id)).status).toBe(201);
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});

test('When the first call arrives after its attempt was settled, then Stripe refuses it, and the next attempt pays', async () => {
  const order = await payments.payable();
  const paused = await payAndPause(order.id);
  wait();
  const stripeId = (await untilSettled(order.id))?.stripeId;
  expect((await payments.sandbox.intents(order.id)).map(({ id }) => id)).toEqual([stripeId]);
  paused.goOn();
  expect(await paused.response).toEqual(nothingCharged);
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
  expect((await payments.pay(order.id, 'tok_mastercard')).status).toBe(201);
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});

test('When two requests settle the first attempt at once, then the slower one does not end the attempt that comes after', async () => {
  const order = await payments.payable();
  payments.dieAt('before', 'tryCard');
  await payments.pay(order.id);
  await payments.system
    .collection<{ _id: string }>('payments')
    .updateOne({ _id: order.id }, { $set: { 'openAttempt.unknown': true } });
  const block = payments.pauseAt('after', 'blockAttempt');
  const slower = payments.pay(order.id);
  await block.reached;
  const next = await payAndPause(order.id);
  block.goOn();
  expect((await slower).status).toBe(409);
  expect(await payments.stored(order.id)).toMatchObject({ openAttempt: { number: 2 } });
  next.goOn();
  expect((await next.response).status).toBe(201);
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
});

test('When a process that settles the first attempt dies before it writes, then another one gets the same PaymentIntent', async () => {
  const order = await payments.payable();
  payments.dieAt('before', 'tryCard');
  await payments.pay(order.id);
  payments.dieAt('after', 'blockAttempt');
  wait();
  expect(await untilSettled(order.id)).toMatchObject({ status: 'created', declines: 0 });
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});

test('When the process records its decline while another one settles the attempt, then it counts once', async () => {
  const order = await payments.payable();
  const owner = payments.pauseAt('after', 'tryCard');
  const response = payments.pay(order.id, 'tok_chargeDeclined');
  await owner.reached;
  const settler = payments.pauseAt('after', 'findIntent');
  wait();
  await settler.reached;
  owner.goOn();
  expect((await response).status).toBe(400);
  settler.goOn();
  await payments.system.eventually(async () => {
    expect((await payments.pay(order.id, 'tok_nonsense')).status).toBe(400);
  });
  expect(await payments.stored(order.id)).toMatchObject({ status: 'created', declines: 1 });
});

test('When the process dies with the first card declined, then the decline is found at Stripe and counts', async () => {
  const order = await payments.payable();
  await payAndDie(order.id, 'tok_chargeDeclined');
  wait();
  const [intent] = await payments.sandbox.intents(order.id);
  expect(await untilSettled(order.id)).toMatchObject({ status: 'created', declines: 1, stripeId: intent?.id });
});

test('When the process dies after an unknown token, then the attempt ends only when Stripe can no longer be executing it', async () => {
  const order = await payments.payable();
  await payAndDie(order.id, 'tok_nonsense');
  await payments.system
    .collection<{ _id: string }>('payments')
    .updateOne({ _id: order.id }, { $set: { 'openAttempt.unknown': true } });
  expect((await payments.pay(order.id)).status).toBe(503);
  expect(await payments.stored(order.id)).toMatchObject({ openAttempt: { number: 1 } });
  wait();
  expect(await untilSettled(order.id)).toMatchObject({ status: 'created', declines: 0 });
  expect((await payments.pay(order.id)).status).toBe(201);
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});

/** As release 0.1.0 creates the PaymentIntent of an order, also when it settles an attempt that another process has left. */
const createAsEarlierRelease = (order: { readonly id: string; readonly price: number }) =>
  payments.sandbox.stripe.paymentIntents.create(
    {
      amount: order.price,
      currency: 'usd',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      metadata: { orderId: order.id },
    },
    { idempotencyKey: order.id },
  );

test('When a replica of release 0.1.0 settles the first attempt, then it gets no PaymentIntent of its own', async () => {
  const charged = await payments.payable();
  await payAndDie(charged.id, 'tok_visa');
  await expect(createAsEarlierRelease(charged)).rejects.toMatchObject({ type: 'StripeIdempotencyError' });
  const blocked = await payments.payable();
  payments.dieAt('before', 'tryCard');
  await payments.pay(blocked.id);
  wait();
  await untilSettled(blocked.id);
  await expect(createAsEarlierRelease(blocked)).rejects.toMatchObject({ type: 'StripeIdempotencyError' });
  expect(await payments.sandbox.intents(blocked.id)).toHaveLength(1);
  expect(await untilSettled(charged.id)).toMatchObject({ status: 'completed' });
});

test('When a replica of release 0.1.0 dies with the card charged, then its charge is found', async () => {
  const order = await payments.payable();
  payments.dieAt('before', 'tryCard');
  await payments.pay(order.id);
  const { id } = await createAsEarlierRelease(order);
  await payments.sandbox.stripe.paymentIntents.confirm(
    id,
    { payment_method: 'pm_card_visa' },
    { idempotencyKey: `${order.id}:1` },
  );
  wait();
  expect(await untilSettled(order.id)).toMatchObject({ status: 'completed', stripeId: id });
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});
