import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { z } from 'zod';
import { openPayments, type HttpResponse, type PaymentsUnderTest } from '../test/harness.ts';
import { openRelay, type Relay } from '../test/relay.ts';
import { webhookSecret } from '../test/sandbox.ts';

let payments: PaymentsUnderTest;
let relay: Relay;
/** Webhook events that the sandbox has delivered, with the status of the response. */
const delivered: { readonly type: string; readonly status: number }[] = [];

beforeAll(async () => {
  // The sandbox needs the address for its webhooks before the services have one.
  relay = await openRelay(async ({ headers, body }) => {
    const response = await fetch(`${payments.url}/api/payments/webhook`, {
      method: 'POST',
      body,
      headers: {
        'Content-Type': 'application/json',
        'Stripe-Signature': String(headers['stripe-signature']),
        Connection: 'close',
      },
    });
    delivered.push({ type: /"type":"([a-z_.]+)"\}$/.exec(body)?.[1] ?? '', status: response.status });
    return response;
  });
  payments = await openPayments({ webhookUrl: relay.url, timeoutMs: 4_000 });
});
afterAll(async () => {
  await payments.close();
  relay.close();
});

interface Sent {
  readonly secret?: string;
  readonly timestamp?: number;
  readonly url?: string;
}

const send = (event: object | string, options: Sent = {}): Promise<HttpResponse> => {
  const { secret = webhookSecret, timestamp, url = payments.url } = options;
  const payload = typeof event === 'string' ? event : JSON.stringify(event);
  const signature = payments.sandbox.stripe.webhooks.generateTestHeaderString({
    payload,
    secret,
    ...(timestamp === undefined ? {} : { timestamp }),
  });
  return payments.request('POST', '/api/payments/webhook', {
    url,
    body: payload,
    headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
  });
};

const succeeded = (orderId: string) => ({
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  data: { object: { id: 'pi_1', object: 'payment_intent', status: 'succeeded', metadata: { orderId } } },
});

const received = { status: 200, body: { received: true } };
const badSignature = { status: 400, body: { errors: [{ message: 'Bad signature' }] } };

test('When the sandbox reports a payment, then its webhook is accepted', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  await payments.system.eventually(() => {
    expect(delivered).toContainEqual({ type: 'payment_intent.succeeded', status: 200 });
  });
  expect(await payments.stored(order.id)).toMatchObject({ status: 'completed', version: 1 });
});

test('When a paid order is reported again, then it stays as it is', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  const { url } = await payments.startReplica();
  for (const to of [payments.url, url, url]) expect(await send(succeeded(order.id), { url: to })).toEqual(received);
  expect(await payments.stored(order.id)).toMatchObject({ status: 'completed', version: 1 });
});

test('When the signature is not Stripe’s, too old, or missing, then the webhook is refused', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  expect(await send(succeeded(order.id), { secret: 'whsec_other' })).toEqual(badSignature);
  expect(await send(succeeded(order.id), { timestamp: Math.floor(Date.now() / 1000) - 3_600 })).toEqual(badSignature);
  const unsigned = { body: JSON.stringify(succeeded(order.id)), headers: { 'Content-Type': 'application/json' } };
  expect(await payments.request('POST', '/api/payments/webhook', unsigned)).toEqual(badSignature);
  expect(await payments.request('POST', '/api/payments/webhook')).toEqual(badSignature);
  const metrics = await (await fetch(`${payments.url}/metrics`, { headers: { Connection: 'close' } })).text();
  expect(metrics).toContain('security_events_total{event="bad_signature"} 4\n');
  expect(await payments.stored(order.id)).toMatchObject({ status: 'created', version: 1 });
});

test('When the signed body is no JSON, then the webhook is refused', async () => {
  expect(await send('{')).toEqual(badSignature);
});

test.each([
  ['an unknown order', succeeded(newId())],
  ['an event type that payments does not use', { ...succeeded(newId()), type: 'customer.created' }],
  ['no order', { ...succeeded(newId()), data: { object: { id: 'pi_1' } } }],
])('When a webhook is about %s, then it is accepted and changes nothing', async (_what, event) => {
  expect(await send(event)).toEqual(received);
});

test('When a webhook reports a payment that Stripe does not have, then nothing is written', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  expect(await send(succeeded(order.id))).toEqual(received);
  expect(await payments.stored(order.id)).toMatchObject({ status: 'created', declines: 1 });
});

test('When an attempt is under way, then a webhook at any replica leaves it to its process', async () => {
  const replica = await payments.startReplica();
  const order = await payments.payable();
  const pause = payments.pauseAt('after', 'tryCard');
  const response = payments.pay(order.id);
  await pause.reached;
  const reads = payments.calls('readIntent');
  expect(await send(succeeded(order.id))).toEqual(received);
  expect(await send(succeeded(order.id), { url: replica.url })).toEqual(received);
  expect(payments.calls('readIntent')).toBe(reads);
  pause.goOn();
  expect((await response).status).toBe(201);
  expect(await payments.stored(order.id)).toMatchObject({ status: 'completed', version: 1 });
});

test('When a replica was too late with an attempt, then it settles what a webhook reports of the next one', async () => {
  const { url } = await payments.startReplica();
  const order = await payments.payable();
  const pause = payments.pauseAt('before', 'tryCard');
  const late = payments.pay(order.id);
  await pause.reached;
  payments.system.clock.advance(41_000);
  const atBank = await payments.pay(order.id, 'tok_threeDSecure2Required', { url });
  expect(atBank.status).toBe(202);
  pause.goOn();
  expect((await late).status).toBe(503);
  const page = z.object({ nextAction: z.object({ url: z.string() }) }).parse(atBank.body).nextAction.url;
  await fetch(page, { method: 'POST', body: new URLSearchParams({ outcome: 'complete' }), redirect: 'manual' });
  expect(await send(succeeded(order.id))).toEqual(received);
  expect(await payments.stored(order.id)).toMatchObject({ status: 'completed' });
});

test('When the outcome of an attempt is unknown, then the webhook settles it', async () => {
  const order = await payments.payable();
  payments.dieAt('after', 'tryCard');
  await payments.pay(order.id);
  await payments.system
    .collection<{ _id: string }>('payments')
    .updateOne({ _id: order.id }, { $set: { 'openAttempt.unknown': true } });
  expect(await send(succeeded(order.id))).toEqual(received);
  expect(await payments.stored(order.id)).toMatchObject({ status: 'completed', version: 1 });
  expect((await payments.stored(order.id))?.openAttempt).toBeUndefined();
});

test('When a payment succeeds at Stripe after it has failed here, then the webhook has it refunded', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclinedStolenCard');
  const { stripeId = '' } = (await payments.stored(order.id)) ?? {};
  await payments.sandbox.stripe.paymentIntents.confirm(stripeId, { payment_method: 'pm_card_visa' });
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', declines: 1 });
  });
  expect(await payments.sandbox.refunds(order.id)).toHaveLength(1);
});

test('When Stripe has an endpoint for connected accounts, then events signed with either secret are accepted', async () => {
  const { url } = await payments.startReplica({ env: { STRIPE_WEBHOOK_SECRET: 'whsec_one, whsec_two' } });
  const event = {
    id: 'evt_1',
    object: 'event',
    type: 'account.updated',
    data: { object: { id: 'acct_x', object: 'account' } },
  };
  for (const secret of ['whsec_one', 'whsec_two']) expect(await send(event, { secret, url })).toMatchObject(received);
  expect(await send(event, { secret: 'whsec_three', url })).toMatchObject(badSignature);
});
