import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

test('When the process is killed while Stripe charges, then another replica completes the payment', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  const child = spawn(process.execPath, [fileURLToPath(new URL('../index.ts', import.meta.url))], {
    env: { PATH: process.env['PATH'], ...payments.env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve) => {
    let address = '';
    lines.on('line', (line) => {
      address = /"url":"([^"]+)"/.exec(line)?.[1] ?? address;
      if (line.includes('"msg":"ready"')) resolve(address);
    });
  });
  await payments.sandbox.behave({ delayMs: 1_000 });
  payments.pay(order.id, 'tok_visa', { url }).catch(() => undefined);
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.attempt?.number).toBe(2);
  });
  child.kill('SIGKILL');
  await exited;
  await payments.system.eventually(async () => {
    expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
  });
  await payments.sandbox.behave({ delayMs: 0 });
  expect((await payments.stored(order.id))?.status).toBe('created');
  payments.system.clock.advance(26_000);
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'completed', attempts: 1 });
  });
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).at(-1)?.status).toBe('completed');
  });
}, 60_000);
