import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { openRelay, type Relay } from '../../test/relay.ts';

let payments: PaymentsUnderTest;
let child: ChildProcess;
let killer: Relay;

beforeAll(async () => {
  payments = await openPayments();
  // Kills the process once the card is charged, before it receives the response.
  killer = await openRelay(async ({ path, headers, body }) => {
    const response = await fetch(`${payments.sandbox.url}${path}`, {
      method: 'POST',
      body,
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: String(headers.authorization),
        'Idempotency-Key': String(headers['idempotency-key']),
        Connection: 'close',
      },
    });
    if (!body.includes('confirm=true')) return response;
    child.kill('SIGKILL');
    return undefined;
  });
});
afterAll(async () => {
  // It lives on if the test has failed, and would keep the test run from ending.
  child.kill('SIGKILL');
  killer.close();
  await payments.close();
});

/** A payments service as a process of its own, on the same database; resolves with its address. */
const startProcess = async (): Promise<string> => {
  child = spawn(process.execPath, [fileURLToPath(new URL('../../index.ts', import.meta.url))], {
    env: {
      PATH: process.env['PATH'],
      ...payments.env,
      LOG_LEVEL: 'info',
      STRIPE_HOST: killer.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('the process has no output');
  let url = '';
  for await (const line of createInterface({ input: stdout })) {
    url = /"msg":"listening"/.test(line) ? (/"url":"([^"]+)"/.exec(line)?.[1] ?? url) : url;
    if (line.includes('"msg":"ready"')) break;
  }
  stdout.resume();
  // The log line comes first: until then the process refuses requests with 503.
  await payments.system.eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
  return url;
};

test('When the process is killed after Stripe has charged, then another replica completes the payment', async () => {
  const order = await payments.payable();
  const url = await startProcess();
  const exited = once(child, 'exit');
  await expect(payments.pay(order.id, 'tok_visa', { url })).rejects.toThrow();
  await exited;
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
  expect(await payments.stored(order.id)).toMatchObject({ status: 'created', openAttempt: { number: 1 } });

  payments.system.clock.advance(41_000);
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'completed', declines: 0 });
  });
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).at(-1)?.status).toBe('completed');
  });
  expect((await payments.pay(order.id)).status).toBe(201);
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
}, 60_000);
