import { expect, test } from '@jest/globals';
import { openSandbox, postForm, sdk, useSandbox } from './test/harness.ts';

const paid = {
  amount: '1999',
  currency: 'usd',
  'metadata[orderId]': 'o1',
  payment_method: 'pm_card_visa',
  confirm: 'true',
};

type Sandbox = Awaited<ReturnType<typeof openSandbox>>;

const pay = (sandbox: Sandbox, key: string): Promise<Response> =>
  postForm(`${sandbox.url}/v1/payment_intents`, paid, { 'idempotency-key': key });

const behaviour = async (sandbox: Sandbox): Promise<unknown> =>
  (await fetch(`${sandbox.url}/sandbox/behaviour`)).json();

const charges = async (sandbox: Sandbox): Promise<number> => (await sandbox.stripe.charges.list()).data.length;

test('When a behaviour is set, then omitted keys are unchanged', async () => {
  const sandbox = await useSandbox();
  expect(await behaviour(sandbox)).toEqual({ delayMs: 0, failNext: null, webhooks: 'on' });
  await sandbox.behave({ delayMs: 5, failNext: 'http_500' });
  await sandbox.behave({ delayMs: 7 });
  expect(await behaviour(sandbox)).toEqual({ delayMs: 7, failNext: 'http_500', webhooks: 'on' });
  await sandbox.behave({ failNext: null });
  expect(await behaviour(sandbox)).toEqual({ delayMs: 7, failNext: null, webhooks: 'on' });
  await sandbox.behave({});
  expect(await behaviour(sandbox)).toEqual({ delayMs: 7, failNext: null, webhooks: 'on' });
});

test.each([
  '{"delayMs":-1}',
  '{"delayMs":"5"}',
  '{"delayMs":1.5}',
  '{"failNext":"rain"}',
  '{"webhooks":"maybe"}',
  '{"colour":"red"}',
  '[]',
  '{',
])('When the behaviour is %s, then it is refused and nothing changes', async (body) => {
  const sandbox = await useSandbox();
  const response = await fetch(`${sandbox.url}/sandbox/behaviour`, { method: 'POST', body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  expect(await behaviour(sandbox)).toEqual({ delayMs: 0, failNext: null, webhooks: 'on' });
});

test('When a page of another site changes the behaviour, then it is refused and nothing changes', async () => {
  const sandbox = await useSandbox();
  const headers = { 'Content-Type': 'text/plain', Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  const answer = await fetch(`${sandbox.url}/sandbox/behaviour`, { method: 'POST', body: '{"delayMs":7}', headers });
  expect(answer.status).toBe(403);
  expect(await behaviour(sandbox)).toEqual({ delayMs: 0, failNext: null, webhooks: 'on' });
});

test('When the network fails before the charge, then nothing is charged and a retry with the same key pays', async () => {
  const sandbox = await useSandbox();
  await sandbox.behave({ failNext: 'network_before_charge' });
  await expect(pay(sandbox, 'k1')).rejects.toThrow('fetch failed');
  expect(await charges(sandbox)).toBe(0);
  expect((await sandbox.stripe.paymentIntents.list()).data).toHaveLength(0);
  expect((await pay(sandbox, 'k1')).status).toBe(200);
  expect(await charges(sandbox)).toBe(1);
});

test('When the network fails after the charge, then the card is charged, and a retry with the same key returns that response', async () => {
  const sandbox = await useSandbox();
  await sandbox.behave({ failNext: 'network_after_charge' });
  await expect(pay(sandbox, 'k1')).rejects.toThrow('fetch failed');
  expect(await charges(sandbox)).toBe(1);
  const repeat = await pay(sandbox, 'k1');
  expect(repeat.headers.get('idempotent-replayed')).toBe('true');
  expect(await repeat.json()).toMatchObject({ status: 'succeeded' });
  expect(await charges(sandbox)).toBe(1);
});

test('When the network fails after the charge, then the retry of the SDK succeeds and the card is charged once', async () => {
  const sandbox = await useSandbox();
  await sandbox.behave({ failNext: 'network_after_charge' });
  const intent = await sdk(sandbox.url, { retries: 2 }).paymentIntents.create({
    amount: 1999,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
  });
  expect(intent.status).toBe('succeeded');
  expect(await charges(sandbox)).toBe(1);
});

test.each([
  ['http_500', 500, { type: 'api_error' }],
  ['http_429', 429, { code: 'rate_limit' }],
] as const)(
  'When the next call is set to return %s, then nothing is charged and a retry pays',
  async (failNext, status, error) => {
    const sandbox = await useSandbox();
    await sandbox.behave({ failNext });
    const response = await pay(sandbox, 'k1');
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error });
    expect(await charges(sandbox)).toBe(0);
    expect(await behaviour(sandbox)).toMatchObject({ failNext: null });
    expect((await pay(sandbox, 'k1')).status).toBe(200);
    expect(await charges(sandbox)).toBe(1);
  },
);

test('When the next call is set to time out, then it gets no response, nothing is charged and a retry with its key can pay', async () => {
  const sandbox = await useSandbox();
  await sandbox.behave({ failNext: 'timeout' });
  const impatient = fetch(`${sandbox.url}/v1/payment_intents`, {
    method: 'POST',
    body: new URLSearchParams(paid),
    headers: { 'idempotency-key': 'k1' },
    signal: AbortSignal.timeout(1_000),
  });
  await expect(impatient).rejects.toThrow(/timeout/);
  expect(await charges(sandbox)).toBe(0);
  expect((await pay(sandbox, 'k1')).status).toBe(200);
});

test('When the sandbox is stopped while a call waits for its time-out, then it stops at once', async () => {
  const sandbox = await openSandbox();
  await sandbox.behave({ failNext: 'timeout' });
  const silent = pay(sandbox, 'k1').then(
    () => 'responded',
    () => 'broken',
  );
  while (JSON.stringify(await behaviour(sandbox)).includes('timeout')) await Promise.resolve();
  const start = performance.now();
  await sandbox.close();
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(await silent).toBe('broken');
});

test('When a failure is set, then it does not apply to calls that charge no card', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create({ amount: 1999, currency: 'usd' });
  await sandbox.behave({ failNext: 'http_500' });
  await stripe.paymentIntents.retrieve(id);
  await stripe.paymentIntents.create({ amount: 1999, currency: 'usd', payment_method: 'pm_card_visa' });
  await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  expect((await pay(sandbox, 'k1')).status).toBe(500);
  // The response to the retry is stored; replaying it charges no card.
  await pay(sandbox, 'k1');
  await sandbox.behave({ failNext: 'http_500' });
  expect((await pay(sandbox, 'k1')).status).toBe(200);
  expect(await behaviour(sandbox)).toMatchObject({ failNext: 'http_500' });
});

test('When the sandbox is slow, then calls take that long, and a call is completed even after its caller has timed out', async () => {
  const sandbox = await useSandbox();
  await sandbox.behave({ delayMs: 150 });
  const start = performance.now();
  expect(await charges(sandbox)).toBe(0);
  expect(performance.now() - start).toBeGreaterThanOrEqual(145);

  const gaveUp = fetch(`${sandbox.url}/v1/payment_intents`, {
    method: 'POST',
    body: new URLSearchParams(paid),
    headers: { 'idempotency-key': 'k1' },
    signal: AbortSignal.timeout(50),
  });
  await expect(gaveUp).rejects.toThrow(/timeout/);
  await sandbox.behave({ delayMs: 0 });
  for (;;) {
    const repeat = await pay(sandbox, 'k1');
    if (repeat.status === 200) break;
    expect(repeat.status).toBe(409);
  }
  expect(await charges(sandbox)).toBe(1);
});
