import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from './store.ts';
import {
  closeAfterTest,
  makeDataDir,
  openSandbox,
  postForm,
  removeDir,
  spawnSandbox,
  useSandbox,
} from './test/harness.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(() => removeDir(dataDir));

const journal = () => join(dataDir, 'journal.jsonl');
const paid = { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true } as const;

const lists = async (sandbox: Awaited<ReturnType<typeof openSandbox>>) =>
  Promise.all(
    ['payment_intents', 'charges', 'refunds'].map(async (name) =>
      (await fetch(`${sandbox.url}/v1/${name}?limit=100`)).text(),
    ),
  );

test('When the sandbox is restarted, then its store is unchanged', async () => {
  const first = await useSandbox({ DATA_DIR: dataDir });
  const { stripe } = first;
  const { id } = await stripe.paymentIntents.create({ ...paid, metadata: { orderId: 'o1' } });
  await stripe.refunds.create({ payment_intent: id, amount: 100 });
  await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_chargeDeclined' }).catch(() => undefined);
  const open = await stripe.paymentIntents.create({ amount: 500, currency: 'usd', payment_method: 'pm_card_visa' });
  const before = await lists(first);
  await first.close();

  const second = await useSandbox({ DATA_DIR: dataDir });
  expect(await lists(second)).toEqual(before);
  expect(await second.stripe.paymentIntents.confirm(open.id)).toMatchObject({ status: 'succeeded' });
});

const pay = (url: string, key: string): Promise<Response> =>
  postForm(
    `${url}/v1/payment_intents`,
    { amount: '1999', currency: 'usd', payment_method: 'pm_card_visa', confirm: 'true', 'metadata[orderId]': key },
    { 'idempotency-key': key },
  );

test('When the process is killed while it serves, then every response that was sent is stored, and is sent again', async () => {
  const received = new Map<string, string>();
  const killed = closeAfterTest(await spawnSandbox({ DATA_DIR: dataDir }));
  let sent = 0;
  const payOnAndOn = async (): Promise<void> => {
    for (;;) {
      sent += 1;
      const key = `o${sent}`;
      received.set(key, await (await pay(killed.url, key)).text());
      if (received.size === 60) await killed.end('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: 20 }, payOnAndOn));
  expect(received.size).toBeGreaterThanOrEqual(60);

  const sandbox = closeAfterTest(await spawnSandbox({ DATA_DIR: dataDir }));
  for (const [key, text] of received) {
    const repeat = await pay(sandbox.url, key);
    expect(repeat.headers.get('idempotent-replayed')).toBe('true');
    expect(await repeat.text()).toBe(text);
  }
  const charges = await sandbox.stripe.charges.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  const orders = charges.map((charge) => charge.metadata['orderId']);
  expect(new Set(orders).size).toBe(orders.length);
  expect([...received.keys()].every((key) => orders.includes(key))).toBe(true);
});

test('When the process gets SIGTERM, then it exits with 0', async () => {
  const sandbox = closeAfterTest(await spawnSandbox({ DATA_DIR: dataDir }));
  await sandbox.stripe.paymentIntents.create(paid);
  expect(await sandbox.end('SIGTERM')).toBe(0);
});

const ordersOf = async ({ stripe }: Awaited<ReturnType<typeof openSandbox>>) =>
  (await stripe.charges.list()).data.map((charge) => charge.metadata['orderId']);

test('When the last line is incomplete, then its change is ignored, and the next change is written on a line of its own', async () => {
  const first = await useSandbox({ DATA_DIR: dataDir });
  await first.stripe.paymentIntents.create({ ...paid, metadata: { orderId: 'kept' } });
  await first.stripe.paymentIntents.create({ ...paid, metadata: { orderId: 'torn' } });
  await first.close();
  const whole = await readFile(journal());
  const start = whole.indexOf('\n') + 1;
  for (const length of [start + 1, Math.floor((start + whole.length) / 2), whole.length - 1]) {
    await writeFile(journal(), whole);
    await truncate(journal(), length);
    const second = await useSandbox({ DATA_DIR: dataDir });
    expect(await ordersOf(second)).toEqual(['kept']);
    expect((await stat(journal())).size).toBe(start);
    await second.stripe.paymentIntents.create({ ...paid, metadata: { orderId: 'next' } });
    expect(await ordersOf(second)).toEqual(['next', 'kept']);
    await second.close();
    const third = await useSandbox({ DATA_DIR: dataDir });
    expect(await ordersOf(third)).toEqual(['next', 'kept']);
    await third.close();
  }
});

test('When a line in the middle cannot be read, then the sandbox does not start, and the error has the number of the line', async () => {
  await appendFile(journal(), '{"records":[]}\nnonsense\n{"records":[]}\n');
  await expect(openSandbox({ DATA_DIR: dataDir })).rejects.toThrow(/journal\.jsonl line 2/);
});

test('When a card number is sent, then it is not stored', async () => {
  const sandbox = await useSandbox({ DATA_DIR: dataDir });
  await postForm(
    `${sandbox.url}/v1/payment_methods`,
    {
      type: 'card',
      'card[number]': '4242424242424242',
      'card[exp_month]': '12',
      'card[exp_year]': '34',
      'card[cvc]': '987',
    },
    { 'idempotency-key': 'k1' },
  );
  const text = await readFile(journal(), 'utf8');
  expect(text).toContain('"payment_method"');
  expect(text).not.toContain('42424242');
  expect(text).not.toContain('987"');
});

test('When a stored response is older than a day, then its key can be used again, and not before', () => {
  const stored = { fingerprint: 'f', status: 200, body: '{}', requestId: 'req_1' };
  const day = 24 * 3600;
  const store = openStore(dataDir, () => '');
  store.commit({ answer: { ...stored, key: 'old', at: 1_000 } });
  store.commit({ answer: { ...stored, key: 'young', at: 1_000 + day - 1 } });
  expect(store.responseTo('old')).toBeDefined();
  store.commit({ answer: { ...stored, key: 'new', at: 1_000 + day } });
  expect(store.responseTo('old')).toBeUndefined();
  expect(store.responseTo('young')).toBeDefined();
  store.close();
  expect(() => store.commit({})).toThrow(/closed/);
});
