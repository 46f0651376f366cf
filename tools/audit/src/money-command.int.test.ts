import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { openTestSources, type TestSources } from '@ticketing/watchdog/testing';
import { runMoneyCommand } from './money-command.ts';
import { runUndeliveredCommand } from './undelivered-command.ts';
import { UsageError } from './usage-error.ts';

let under: TestSources;
let databases: Databases;

beforeAll(async () => {
  under = await openTestSources();
  databases = openDatabases(under.addresses.mongoUrls, 'money');
});
afterAll(async () => {
  await databases.close();
  await under.close();
});

const run = async (command: typeof runMoneyCommand, args: readonly string[] = []): Promise<string[]> => {
  const lines: string[] = [];
  expect(await command({ databases, args, by: 'olga', print: (line) => lines.push(line) })).toBe(0);
  return lines;
};

test('When payments wait for an operator, then each is listed with its amount, and no other', async () => {
  expect(await run(runMoneyCommand)).toEqual(['No payment waits for an operator']);
  const order = { userId: 'b', sellerId: 's' };
  const charge = { status: 'refunded', currency: 'usd', amount: 2000, stripeId: 'pi_1', order };
  const refundOrdered = { at: new Date(), reason: 'x' };
  await under.collection('payments', 'payments').insertMany([
    { ...charge, _id: 'owed', owed: 1999 },
    { ...charge, _id: 'ordered', owed: 5, refundDue: { due: new Date() }, refundOrdered },
    { ...charge, _id: 'late-money', owed: 1999, refundDue: { due: new Date() } },
    { ...charge, _id: 'disputed', status: 'completed', dispute: { status: 'needs_response', amount: 1000 } },
    { ...charge, _id: 'decided', status: 'completed', dispute: { status: 'won', amount: 1000 } },
    { ...charge, _id: 'transfer', status: 'completed', left: 1500, payoutDue: { failing: 'transfer' } },
    { ...charge, _id: 'debt', sent: 1800, payoutDue: { failing: 'reversal' } },
    { ...charge, _id: 'paid', status: 'completed', owed: 0 },
  ]);
  const rest = 'buyer b, seller s, pi_1';
  expect(await run(runMoneyCommand)).toEqual([
    expect.stringContaining('(RefundFailed)'),
    `  order ordered, 0.05 USD, payment refunded, ${rest}`,
    `  order owed, 19.99 USD, payment refunded, ${rest}`,
    expect.stringContaining('(DisputeOpen)'),
    `  order disputed, 10.00 USD, payment completed, ${rest}`,
    expect.stringContaining('(TransfersRefused)'),
    `  order transfer, 15.00 USD, payment completed, ${rest}`,
    expect.stringContaining('(SellerDebts)'),
    `  order debt, 18.00 USD, payment refunded, ${rest}`,
    '5 in all',
  ]);
  await expect(run(runMoneyCommand, ['x'])).rejects.toThrow(UsageError);
});

const sale = (sellerId: string, reason = 'not_delivered') => ({
  _id: newId(),
  status: 'cancelled',
  reason,
  sellerId,
  ticket: { id: `of-${sellerId}` },
});

test('When sales were not delivered, then their sellers are listed, the one with the most first', async () => {
  await under
    .collection('orders', 'orders')
    .insertMany([
      sale('one'),
      sale('two'),
      sale('two'),
      sale('three', 'refunded'),
      { ...sale('long-ago'), _id: '5b0d99f4d8a077855ce60bc0' },
    ]);
  const [table = '', total] = await run(runUndeliveredCommand);
  expect(
    table
      .split('\n')
      .slice(2)
      .map((row) => row.split(/\s+/).slice(0, 2)),
  ).toEqual([
    ['two', '2'],
    ['one', '1'],
  ]);
  expect(table).toContain('of-two');
  expect(total).toBe('3 sales not delivered, of 2 sellers');
  await expect(run(runUndeliveredCommand, ['x'])).rejects.toThrow(UsageError);
});
