import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openSources, type Sources } from '@ticketing/watchdog/sources';
import { openTestSources, type TestSources } from '@ticketing/watchdog/testing';
import { runReconcileCommand } from './reconcile-command.ts';
import { UsageError } from './usage-error.ts';

let under: TestSources;
let sources: Sources;

beforeAll(async () => {
  under = await openTestSources();
  sources = openSources(under.addresses, 'reconcile');
});
afterAll(async () => {
  await sources.close();
  await under.close();
});

const day = '2026-11-27';
const at = (time: string): Date => new Date(`${day}T${time}Z`);
const seconds = (date: Date): number => date.getTime() / 1000;

const run = async (args: readonly string[] = ['--day', day]) => {
  const lines: string[] = [];
  const code = await runReconcileCommand({ sources, args, print: (line) => lines.push(line) });
  return { code, lines };
};

const record = (cause: string, amount: number, when = at('12:00:00')) =>
  under.collection('payments', 'ledger').insertOne({
    _id: cause,
    orderId: 'o',
    at: when,
    lines: [
      { account: 'stripe', amount },
      { account: 'buyers', amount: -amount },
    ],
  });

const move = (type: string, source: string, amount: number, when = at('12:00:00')) =>
  under.stripe.transactions.unshift({
    id: `txn_${under.stripe.transactions.length}`,
    type,
    source,
    amount,
    created: seconds(when),
  });

beforeEach(async () => {
  await under.collection('payments', 'ledger').deleteMany({});
  await under.collection('payments', 'payments').deleteMany({});
  const { transactions, charges } = under.stripe;
  for (const list of [transactions, charges]) list.length = 0;
  charges.push({
    id: 'ch_1',
    amount: 1999,
    currency: 'usd',
    amount_refunded: 0,
    paid: true,
    created: seconds(at('11:59:58')),
    payment_intent: 'pi_1',
    metadata: { orderId: 'o' },
  });
});

test('When the ledger and Stripe have the same movements, then they agree, whatever their kind', async () => {
  const all = [
    ['charge', 'ch_1', 1999, 'charge:o'],
    ['refund', 're_1', -500, 'refund:re_1'],
    ['refund_failure', 're_1', 500, 'refund-failed:re_1'],
    ['adjustment', 'dp_1', -1999, 'dispute:dp_1:opened'],
    ['adjustment', 'dp_1', 1999, 'dispute:dp_1:won'],
    ['adjustment', 'dp_1', -500, 'dispute:dp_1:txn_5'],
    ['transfer', 'tr_1', -1799, 'transfer:tr_1'],
    ['transfer_refund', 'trr_1', 99, 'reversal:trr_1'],
  ] as const;
  for (const [type, source, amount, cause] of all) {
    move(type, source, amount);
    await record(cause, amount);
  }
  // No movements of the business, and none at Stripe.
  move('payout', 'po_1', -5000);
  await under.collection('payments', 'ledger').insertOne({
    _id: 'fee:o',
    orderId: 'o',
    at: at('12:00:00'),
    lines: [
      { account: 'fees', amount: -200 },
      { account: 'seller:s:held', amount: 200 },
    ],
  });
  expect(await run()).toEqual({ code: 0, lines: ['8 movements at Stripe, 8 in the ledger', 'They agree.'] });
});

test('When one of them lacks a movement or has another amount, then each is named', async () => {
  move('charge', 'ch_1', 1999);
  move('refund', 're_1', -500);
  await record('refund:re_1', -400);
  await record('refund:re_2', -100);
  move('adjustment', 'dp_1', -1999);
  move('adjustment', 'dp_1', 1000);
  await record('dispute:dp_1:opened', -1999);
  const { code, lines } = await run();
  expect(code).toBe(1);
  expect(lines).toEqual([
    '4 movements at Stripe, 3 in the ledger',
    '✗ charge:o: Stripe has 1999 minor units, the ledger has nothing',
    '✗ dispute:dp_1: Stripe has -999 minor units, the ledger has -1999 minor units',
    '✗ refund:re_1: Stripe has -500 minor units, the ledger has -400 minor units',
    '✗ refund:re_2: Stripe has nothing, the ledger has -100 minor units',
    '4 differences.',
  ]);
});

test('When the two have written a movement on both sides of midnight, then it is no difference of either day', async () => {
  move('refund', 're_1', -500, at('23:59:59'));
  await record('refund:re_1', -500, new Date('2026-11-28T00:00:03Z'));
  expect(await run()).toMatchObject({ code: 0 });
  expect(await run(['--day', '2026-11-28'])).toMatchObject({ code: 0 });
});

test('When an entry waits in its charge, then it counts as in the ledger', async () => {
  move('charge', 'ch_1', 1999);
  await under.collection('payments', 'payments').insertOne({
    _id: 'o',
    entries: [{ id: 'charge:o', at: at('12:00:00'), lines: [{ account: 'stripe', amount: 1999 }] }],
  });
  expect(await run()).toMatchObject({ code: 0, lines: ['1 movements at Stripe, 1 in the ledger', 'They agree.'] });
});

test.each([[[]], [['--day']], [['--day', '2026-02-30']], [['--day', 'today']], [['--day', day, 'more']]])(
  'When the arguments are %j, then the usage is shown',
  async (args) => {
    await expect(run(args)).rejects.toThrow(UsageError);
  },
);
