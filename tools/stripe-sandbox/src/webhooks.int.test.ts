import { expect, test } from '@jest/globals';
import { createLogger } from '@ticketing/common/service';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { Stripe } from 'stripe';
import { apiVersion } from './events.ts';
import { openStore, type Store } from './store.ts';
import { startWebhooks } from './webhooks.ts';
import { createBehaviour } from './behaviour.ts';
import { closeAfterTest, makeDataDir, postForm, removeDir, spawnSandbox, until, useSandbox } from './test/harness.ts';

const secret = 'whsec_test_secret';
const paid = { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true } as const;

/** A webhook endpoint that records what it receives and returns the statuses that the test chooses. */
const openEndpoint = async (status: (count: number) => number | Promise<number> = () => 200, port = 0) => {
  const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      received.push({ headers: req.headers, body });
      void Promise.resolve(status(received.length)).then((code) => res.writeHead(code).end());
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${actualPort}/api/payments/webhook`,
    port: actualPort,
    received,
    /** Verifies the signatures and returns the events. @throws for an invalid signature. */
    events: () =>
      received.map(({ headers, body }) =>
        Stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret),
      ),
    close: async (): Promise<void> => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const typesOf = (events: readonly Stripe.Event[]): string[] => events.map((event) => event.type).toSorted();

const settings = (url: string) => ({ WEBHOOK_URL: url, STRIPE_WEBHOOK_SECRET: secret });

test('When a PaymentIntent succeeds, fails, is cancelled or refunded, then a signed webhook is sent for each', async () => {
  const endpoint = closeAfterTest(await openEndpoint());
  const sandbox = await useSandbox(settings(endpoint.url));
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create(
    { ...paid, metadata: { orderId: 'o1' } },
    { idempotencyKey: 'order:o1' },
  );
  await stripe.refunds.create({ payment_intent: id });
  await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_chargeDeclined' }).catch(() => undefined);
  const open = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
  await stripe.paymentIntents.cancel(open.id);
  await until(() => endpoint.received.length === 5);

  const events = endpoint.events();
  const byType = new Map(events.map((event) => [event.type, event]));
  expect([...byType.keys()].toSorted()).toEqual([
    'charge.refunded',
    'payment_intent.canceled',
    'payment_intent.payment_failed',
    'payment_intent.succeeded',
    'refund.created',
  ]);
  expect(byType.get('payment_intent.succeeded')).toMatchObject({
    id: expect.stringMatching(/^evt_/),
    object: 'event',
    api_version: apiVersion,
    livemode: false,
    request: { idempotency_key: 'order:o1' },
    data: { object: { id, object: 'payment_intent', status: 'succeeded', metadata: { orderId: 'o1' } } },
  });
  expect(byType.get('charge.refunded')).toMatchObject({ data: { object: { object: 'charge', refunded: true } } });
  expect(byType.get('payment_intent.payment_failed')).toMatchObject({
    data: { object: { status: 'requires_payment_method', last_payment_error: { decline_code: 'generic_decline' } } },
  });
  expect(apiVersion).toBe(Stripe.API_VERSION);
});

test('When a payment needs 3-D Secure, then webhooks say so and how it ended', async () => {
  const endpoint = closeAfterTest(await openEndpoint());
  const sandbox = await useSandbox(settings(endpoint.url));
  const intent = await sandbox.stripe.paymentIntents.create({
    ...paid,
    payment_method: 'pm_card_threeDSecure2Required',
    return_url: 'http://localhost:3000/',
  });
  await until(() => endpoint.received.length === 1);
  const page = intent.next_action?.redirect_to_url?.url ?? '';
  await postForm(page, { outcome: 'complete' }, {}, 'manual');
  await until(() => endpoint.received.length === 2);
  expect(endpoint.events()).toMatchObject([
    { type: 'payment_intent.requires_action', data: { object: { next_action: { redirect_to_url: { url: page } } } } },
    { type: 'payment_intent.succeeded', request: { id: null, idempotency_key: null } },
  ]);
});

test('When other event types are configured, then those are sent', async () => {
  const endpoint = closeAfterTest(await openEndpoint());
  const sandbox = await useSandbox({
    ...settings(endpoint.url),
    WEBHOOK_EVENTS: 'payment_intent.created,charge.succeeded,charge.failed,refund.created',
  });
  const { id } = await sandbox.stripe.paymentIntents.create(paid);
  await sandbox.stripe.refunds.create({ payment_intent: id });
  await sandbox.stripe.paymentIntents
    .create({ ...paid, payment_method: 'pm_card_chargeDeclined' })
    .catch(() => undefined);
  await until(() => endpoint.received.length === 5);
  expect(typesOf(endpoint.events())).toEqual([
    'charge.failed',
    'charge.succeeded',
    'payment_intent.created',
    'payment_intent.created',
    'refund.created',
  ]);
});

test('When the endpoint returns an error, then the event is retried until it is accepted', async () => {
  const endpoint = closeAfterTest(await openEndpoint((count) => (count < 3 ? 500 : 200)));
  const sandbox = await useSandbox(settings(endpoint.url));
  await sandbox.stripe.paymentIntents.create(paid);
  await until(() => endpoint.received.length === 3);
  const ids = endpoint.events().map((event) => event.id);
  expect(new Set(ids).size).toBe(1);
  expect(sandbox.logLines.filter((line) => line.includes('webhook not delivered'))).toHaveLength(2);
});

test('When many events happen at once, then the number of concurrent deliveries is limited, and all arrive', async () => {
  const held = Promise.withResolvers<number>();
  const endpoint = closeAfterTest(await openEndpoint(() => held.promise));
  const sandbox = await useSandbox(settings(endpoint.url));
  await Promise.all(Array.from({ length: 60 }, () => sandbox.stripe.paymentIntents.create(paid)));
  await until(() => endpoint.received.length >= 8);
  expect(endpoint.received).toHaveLength(8);
  held.resolve(200);
  await until(() => endpoint.received.length === 60);
  expect(new Set(endpoint.events().map((event) => event.id)).size).toBe(60);
});

/** Stores more events than may wait for their delivery. */
const storeTooMany = (store: Store): void => {
  const record = {
    object: 'refund' as const,
    id: 're_1',
    created: 1,
    charge: 'ch_1',
    paymentIntent: 'pi_1',
    paymentMethod: 'pm_1',
    amount: 1,
    currency: 'usd',
    reason: null,
    metadata: {},
    balanceTransaction: null,
    failureDue: false,
    status: 'succeeded' as const,
    failureBalanceTransaction: null,
  };
  const events = Array.from({ length: 10_005 }, (_, i) => ({
    id: `evt_${i}`,
    type: 'refund.created' as const,
    created: 1,
    request: { id: null, idempotency_key: null },
    isSent: true,
    record,
  }));
  store.commit({ records: [record], events });
};

test('When more than 10,000 webhooks are pending, then the oldest are abandoned, and their events are still listed', async () => {
  const dataDir = await makeDataDir();
  const store = openStore(dataDir, () => '');
  storeTooMany(store);
  store.close();
  const deaf = closeAfterTest(await openEndpoint(() => 503));
  const sandbox = await useSandbox({ DATA_DIR: dataDir, ...settings(deaf.url) });
  expect(sandbox.logLines.filter((line) => line.includes('too many are pending'))).toHaveLength(1);
  expect(await sandbox.stripe.events.retrieve('evt_4')).toMatchObject({ pending_webhooks: 0 });
  expect(await sandbox.stripe.events.retrieve('evt_5')).toMatchObject({ pending_webhooks: 1 });
  await sandbox.close();
  await removeDir(dataDir);
});

test('When webhooks are abandoned while they wait, then they are not sent', async () => {
  const dataDir = await makeDataDir();
  const store = openStore(dataDir, () => '');
  const behaviour = createBehaviour();
  behaviour.change({ webhooks: 'off' });
  const held = Promise.withResolvers<number>();
  const endpoint = closeAfterTest(await openEndpoint(() => held.promise));
  const logger = createLogger({ service: 'stripe-sandbox', level: 'fatal' });
  const webhooks = startWebhooks({ store, behaviour, logger, now: () => 1 }, { url: endpoint.url, secret });
  const stored = Array.from({ length: 10_005 }, (_, i) => `evt_${i}`);
  const abandoned = stored.slice(0, 5);
  storeTooMany(store);
  stored.forEach((id) => webhooks.send(id));
  behaviour.change({ webhooks: 'on' });
  webhooks.resume();
  await until(() => endpoint.received.length === 8);
  expect(endpoint.received.filter(({ body }) => abandoned.some((id) => body.includes(`"${id}"`)))).toEqual([]);
  webhooks.stop();
  held.resolve(200);
  store.close();
  await removeDir(dataDir);
});

test('When the process is killed with events undelivered, then they are delivered unchanged after its restart', async () => {
  const dataDir = await makeDataDir();
  const deaf = closeAfterTest(await openEndpoint(() => 503));
  const env = { DATA_DIR: dataDir, ...settings(deaf.url) };
  const killed = closeAfterTest(await spawnSandbox(env));
  const { id } = await killed.stripe.paymentIntents.create(paid);
  await killed.stripe.refunds.create({ payment_intent: id });
  await until(() => deaf.received.length >= 3);
  await killed.end('SIGKILL');
  await deaf.close();

  const endpoint = closeAfterTest(await openEndpoint(() => 200, deaf.port));
  const second = await useSandbox(env);
  await until(() => endpoint.received.length === 3);
  expect(typesOf(endpoint.events())).toEqual(['charge.refunded', 'payment_intent.succeeded', 'refund.created']);
  // Delivered ones are marked as settled, so that the next start sends nothing.
  await until(async () => (await readFile(join(dataDir, 'journal.jsonl'), 'utf8')).match(/"settled"/g)?.length === 3);
  await second.close();

  const third = await useSandbox(env);
  await third.stripe.paymentIntents.create({ ...paid, metadata: { orderId: 'after' } });
  await until(() => endpoint.received.length >= 4);
  expect(endpoint.events().at(-1)).toMatchObject({ data: { object: { metadata: { orderId: 'after' } } } });
  expect(endpoint.received).toHaveLength(4);
  await third.close();
  await removeDir(dataDir);
});
