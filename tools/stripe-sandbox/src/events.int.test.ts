import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { closeAfterTest, makeDataDir, removeDir, stripeErrorOf, until, useSandbox } from './test/harness.ts';

const paid = { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true } as const;

/** A webhook endpoint that records bodies; refuses them while `isAway`. */
const openEndpoint = async () => {
  const bodies: string[] = [];
  const state = { isAway: false, bodies };
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      if (!state.isAway) state.bodies.push(body);
      res.writeHead(state.isAway ? 503 : 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return closeAfterTest({
    state,
    env: { WEBHOOK_URL: `http://127.0.0.1:${port}/`, STRIPE_WEBHOOK_SECRET: 'whsec_test_secret' },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
};

test('When something happens, then the list has its event, newest first, with the object as it was, also after a restart', async () => {
  const dataDir = await makeDataDir();
  const first = await useSandbox({ DATA_DIR: dataDir });
  const { id } = await first.stripe.paymentIntents.create(paid, { idempotencyKey: 'k1' });
  await first.stripe.refunds.create({ payment_intent: id, amount: 500 });
  await first.stripe.refunds.create({ payment_intent: id });
  const { data } = await first.stripe.events.list();
  expect(data.map(({ type }) => type)).toEqual([
    'charge.refunded',
    'refund.created',
    'charge.refunded',
    'refund.created',
    'payment_intent.succeeded',
    'charge.succeeded',
    'payment_intent.created',
  ]);
  expect(data[0]).toMatchObject({ object: 'event', data: { object: { amount_refunded: 1999 } }, pending_webhooks: 0 });
  expect(data[2]).toMatchObject({ data: { object: { amount_refunded: 500 } } });
  expect(data[6]).toMatchObject({
    data: { object: { id, status: 'requires_confirmation' } },
    request: { idempotency_key: 'k1' },
  });
  await first.close();
  const second = await useSandbox({ DATA_DIR: dataDir });
  expect((await second.stripe.events.list()).data).toEqual(data);
  await second.close();
  await removeDir(dataDir);
});

test('When events are filtered and read page by page, then each appears once', async () => {
  const { stripe } = await useSandbox();
  for (let i = 0; i < 7; i += 1) await stripe.paymentIntents.create(paid);
  const all = await stripe.events.list({ limit: 4 }).autoPagingToArray({ limit: 100 });
  expect(all).toHaveLength(21);
  expect(new Set(all.map(({ id }) => id)).size).toBe(21);
  expect((await stripe.events.list({ type: 'charge.succeeded' })).data).toHaveLength(7);
  expect((await stripe.events.list({ type: 'payment_intent.*', limit: 100 })).data).toHaveLength(14);
  const types = ['charge.succeeded', 'payment_intent.created'];
  expect((await stripe.events.list({ types, limit: 100 })).data).toHaveLength(14);
  const [, second, third] = all;
  const newer = await stripe.events.list({ ending_before: third?.id ?? '', limit: 1 });
  expect(newer).toMatchObject({ data: [{ id: second?.id }], has_more: true });
  expect((await stripe.events.list({ created: { gt: (second?.created ?? 0) + 5 } })).data).toEqual([]);
  expect(await stripe.events.retrieve(second?.id ?? '')).toEqual(second);
  expect(await stripeErrorOf(stripe.events.retrieve('evt_none'))).toMatchObject({ code: 'resource_missing' });
  expect(await stripeErrorOf(stripe.events.list({ expand: ['data.data'] }))).toMatchObject({ statusCode: 400 });
});

test('When a webhook arrives, then its body is the event of the list', async () => {
  const endpoint = await openEndpoint();
  const { stripe } = await useSandbox(endpoint.env);
  await stripe.paymentIntents.create(paid);
  await until(() => endpoint.state.bodies.length === 1);
  const body: unknown = JSON.parse(endpoint.state.bodies[0] ?? '');
  const [event] = (await stripe.events.list({ type: 'payment_intent.succeeded' })).data;
  expect(body).toEqual({ ...event, pending_webhooks: 1 });
});

test('When webhooks are switched off, then none are sent until they are on again, and the list has all', async () => {
  const endpoint = await openEndpoint();
  const sandbox = await useSandbox(endpoint.env);
  await sandbox.behave({ webhooks: 'off' });
  const { id } = await sandbox.stripe.paymentIntents.create(paid);
  const [event] = (await sandbox.stripe.events.list({ type: 'payment_intent.succeeded' })).data;
  expect(event).toMatchObject({ pending_webhooks: 1, data: { object: { id } } });
  expect(endpoint.state.bodies).toEqual([]);
  await sandbox.behave({ webhooks: 'on' });
  await until(() => endpoint.state.bodies.length === 1);
  expect(JSON.parse(endpoint.state.bodies[0] ?? '')).toMatchObject({ id: event?.id });
});

test('When the receiver is away and comes back, then it gets what it has missed', async () => {
  const endpoint = await openEndpoint();
  endpoint.state.isAway = true;
  const sandbox = await useSandbox(endpoint.env);
  for (let i = 0; i < 3; i += 1) await sandbox.stripe.paymentIntents.create(paid);
  await until(() => sandbox.logLines.filter((line) => line.includes('webhook not delivered')).length >= 3);
  endpoint.state.isAway = false;
  await until(() => endpoint.state.bodies.length === 3);
});
