import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { openTestSources, type SeededOrder, type TestSources } from '@ticketing/watchdog/testing';
import { runAccountLookup, runOrderLookup, runTicketLookup } from './lookup-command.ts';
import { NotFoundError } from './not-found-error.ts';
import { UsageError } from './usage-error.ts';

let under: TestSources;
let databases: Databases;
let sold: SeededOrder;
let cancelled: SeededOrder;
let buyer: string;

const at = (minute: number): Date => new Date(Date.UTC(2020, 0, 1, 0, minute));

beforeAll(async () => {
  under = await openTestSources();
  databases = openDatabases(under.addresses.mongoUrls, 'lookup');
  ({ sold, cancelled, buyer } = await under.seed());
  const orders = under.collection('orders', 'orders');
  await orders.updateOne(
    { _id: sold.orderId },
    {
      $set: {
        userId: buyer,
        createdAt: at(1),
        history: [{ status: 'cancelled', reason: 'refunded', at: at(5) }],
        problem: { text: 'No\n\u001B[31mseat', at: at(4) },
      },
    },
  );
  await under
    .collection('payments', 'payments')
    .updateOne(
      { _id: sold.orderId },
      { $set: { openAttempt: { number: 1, token: 'tok_secret', at: at(2) }, 'order.userId': buyer } },
    );
  await under
    .collection('payments', 'ledger')
    .updateOne({ _id: `charge:${sold.orderId}` }, { $set: { at: at(3), currency: 'usd' } });
  await under
    .collection('notifications', 'mail-jobs')
    .updateOne({ _id: `paid:${sold.orderId}` }, { $set: { userId: buyer, template: 'paid', at: at(3) } });
  await under.collection('auth', 'operator-actions').insertOne({
    _id: 'action',
    at: at(6),
    by: 'olga',
    action: 'refund',
    args: [sold.orderId, '--reason', 'called off'],
    doneAt: at(6),
    exitCode: 0,
    result: 'refunded',
  });
});
afterAll(async () => {
  await databases.close();
  await under.close();
});

const commands = { order: runOrderLookup, ticket: runTicketLookup, account: runAccountLookup };

const run = async (kind: keyof typeof commands, ...args: readonly string[]): Promise<string> => {
  const lines: string[] = [];
  expect(await commands[kind]({ databases, args, by: 'olga', print: (line) => lines.push(line) })).toBe(0);
  return lines.join('\n');
};

test('When an order is looked up, then its documents and what happened when in every service are shown', async () => {
  const { orderId, ticketId } = sold;
  const output = await run('order', orderId);
  const [state = '', timeline = ''] = output.split('\n\n');
  for (const text of [
    `order ${orderId}: status=complete version=2 price=19.99 USD`,
    `userId=${buyer}`,
    'problem.text=No seat',
    `ticket ${ticketId}: title=Final availability=sold`,
    `charge ${orderId}: status=completed`,
    `timer ${orderId}: armed=false`,
    `mail paid:${orderId}: template=paid`,
  ])
    expect(state).toContain(text);
  expect(timeline.split('\n').slice(0, 8)).toEqual([
    `2020-01-01T00:01:00.000Z orders: order ${orderId} createdAt`,
    `2020-01-01T00:02:00.000Z payments: charge ${orderId} openAttempt.at (number=1)`,
    `2020-01-01T00:03:00.000Z notifications: mail paid:${orderId} at`,
    `2020-01-01T00:03:00.000Z ledger charge:${orderId}: stripe 19.99 USD, seller:s:held -19.99 USD`,
    `2020-01-01T00:04:00.000Z orders: order ${orderId} problem.at`,
    `2020-01-01T00:05:00.000Z orders: order ${orderId} history.at (status=cancelled reason=refunded)`,
    `2020-01-01T00:06:00.000Z operator olga: refund ${orderId} --reason "called off" (exit code 0)`,
    '  | refunded',
  ]);
  const moments = timeline.split('\n').map((line) => line.slice(0, 24));
  const now = timeline.split('\n').findIndex((line) => line.includes(' NOW;'));
  expect(moments.slice(0, now).filter((moment) => moment > (moments[now] ?? ''))).toEqual([]);
  expect(
    timeline
      .split('\n')
      .slice(now + 1)
      .join('\n'),
  ).toContain('expiresAt');
  expect(output).not.toContain('tok_secret');
  expect(output).not.toContain('\u001B');
});

test('When a ticket is looked up, then it is shown with the orders that hold or have held it', async () => {
  expect(await run('ticket', sold.ticketId)).toContain(`order ${sold.orderId}: status=complete`);
  expect(await run('ticket', cancelled.ticketId)).toContain(`order ${cancelled.orderId}: status=cancelled`);
});

test('When an account is looked up, then it is shown with its orders, and without its password', async () => {
  const output = await run('account', buyer);
  expect(output).toContain(`account ${buyer}: email=`);
  expect(output).toContain(`order ${sold.orderId}: status=complete`);
  expect(output).toContain(`mail paid:${sold.orderId}: template=paid`);
  expect(output).not.toContain('hash');
});

test('When the id is that of something else, then the error says of what', async () => {
  await expect(run('ticket', sold.orderId)).rejects.toThrow(
    `There is no ticket ${sold.orderId}: it is the id of an order`,
  );
  await expect(run('order', buyer)).rejects.toThrow(`There is no order ${buyer}: it is the id of an account`);
});

test.each(['order', 'ticket', 'account'] as const)('When there is no such %s, then the command fails', async (kind) => {
  await expect(run(kind, 'nothing')).rejects.toThrow(NotFoundError);
  await expect(run(kind)).rejects.toThrow(UsageError);
  await expect(run(kind, 'a', 'b')).rejects.toThrow(UsageError);
});
