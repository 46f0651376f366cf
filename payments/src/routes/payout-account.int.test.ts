import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { userClosed, userCreated, userUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { PayoutAccount } from '../models/payout-account.ts';
import { openPayments, type HttpResponse, type PaymentsUnderTest } from '../test/harness.ts';
import { webhookSecret } from '../test/sandbox.ts';

let payments: PaymentsUnderTest;
let secondUrl: string;

beforeAll(async () => {
  payments = await openPayments({ timeoutMs: 4_000 });
  secondUrl = (await payments.startReplica()).url;
});
afterAll(() => payments.close());

const path = '/api/payments/payout-account';
const begin = (userId: string, url?: string): Promise<HttpResponse> =>
  payments.call(userId, 'POST', path, { body: {}, ...(url === undefined ? {} : { url }) });
const status = async (userId: string): Promise<unknown> => (await payments.call(userId, 'GET', path)).body;

const stored = (userId: string) =>
  payments.system.collection<PayoutAccount>('payout-accounts').findOne({ _id: userId });
const accountOf = async (userId: string): Promise<string> => {
  const accountId = (await stored(userId))?.accountId;
  if (accountId === undefined) throw new Error('no account');
  return accountId;
};
const accounts = async (userId: string) => {
  const all = await payments.sandbox.stripe.accounts.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
  return all.filter(({ metadata }) => metadata?.['userId'] === userId);
};

const urlOf = ({ body }: HttpResponse): string => {
  if (typeof body === 'object' && body !== null && 'url' in body && typeof body.url === 'string') return body.url;
  throw new Error(`no url: ${JSON.stringify(body)}`);
};
const submit = (url: string, outcome: 'complete' | 'fail') =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ outcome }), redirect: 'manual' });
const restrict = async (accountId: string, restricted: boolean) =>
  fetch(`${payments.sandbox.url}/sandbox/accounts/${accountId}`, {
    method: 'POST',
    body: JSON.stringify({ restricted }),
  });

const sendUpdated = (accountId: string) => {
  const payload = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'account.updated',
    data: { object: { id: accountId, object: 'account' } },
  });
  const signature = payments.sandbox.stripe.webhooks.generateTestHeaderString({ payload, secret: webhookSecret });
  return payments.request('POST', '/api/payments/webhook', {
    body: payload,
    headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
  });
};

test('When a seller sets the account up, then Stripe leads back to the sales, and the account is ready', async () => {
  const user = newId();
  expect(await status(user)).toEqual({ status: 'none' });
  const begun = await begin(user);
  expect(begun).toEqual({ status: 200, body: { url: expect.stringContaining('/onboarding/') } });
  expect(await status(user)).toEqual({ status: 'pending' });
  const left = await submit(urlOf(begun), 'complete');
  expect(left.headers.get('location')).toBe('http://localhost:3000/sales');
  await payments.system.eventually(async () => {
    payments.system.clock.advance(1_001);
    expect(await status(user)).toEqual({ status: 'ready' });
  });
});

test('When the seller leaves the page unfinished, then the account stays pending, and another link finishes it', async () => {
  const user = newId();
  await submit(urlOf(await begin(user)), 'fail');
  payments.system.clock.advance(1_001);
  expect(await status(user)).toEqual({ status: 'pending' });
  await submit(urlOf(await begin(user)), 'complete');
  payments.system.clock.advance(1_001);
  expect(await status(user)).toEqual({ status: 'ready' });
  expect(await accounts(user)).toHaveLength(1);
});

test('When a seller asks for the page many times at once at two replicas, then there is one account', async () => {
  const user = newId();
  const responses = await Promise.all(
    Array.from({ length: 8 }, (_, index) => begin(user, index % 2 === 0 ? payments.url : secondUrl)),
  );
  expect(responses.map((response) => response.status)).toEqual(Array.from({ length: 8 }, () => 200));
  expect((await accounts(user)).map(({ id }) => id)).toEqual([await accountOf(user)]);
});

test('When the process dies after Stripe has created the account, then the next request finds it', async () => {
  const user = newId();
  payments.dieAt('after', 'createAccount');
  expect((await begin(user)).status).toBe(500);
  expect(await accounts(user)).toHaveLength(1);
  expect((await begin(user)).status).toBe(200);
  expect((await accounts(user)).map(({ id }) => id)).toEqual([await accountOf(user)]);
});

test('When Stripe has made two accounts since it forgot the key, then the one stored first stays', async () => {
  const user = newId();
  const paused = payments.pauseAt('after', 'createAccount');
  const first = begin(user);
  await paused.reached;
  const { id: accountId } = await payments.sandbox.stripe.accounts.create({ type: 'express' });
  await payments.system
    .collection<PayoutAccount>('payout-accounts')
    .insertOne({ _id: user, accountId, status: 'ready' });
  paused.goOn();
  expect((await first).status).toBe(200);
  expect(await stored(user)).toMatchObject({ accountId, status: 'ready' });
});

test('When the account does not exist at Stripe any more, then the next request creates another', async () => {
  const user = newId();
  await payments.system
    .collection<PayoutAccount>('payout-accounts')
    .insertOne({ _id: user, accountId: 'acct_gone', status: 'ready' });
  expect((await begin(user)).status).toBe(503);
  expect(await status(user)).toEqual({ status: 'none' });
  await submit(urlOf(await begin(user)), 'complete');
  payments.system.clock.advance(1_001);
  expect(await status(user)).toEqual({ status: 'ready' });
  expect((await accounts(user)).map(({ id }) => id)).toEqual([await accountOf(user)]);
});

test('When a pending account is looked at many times within a second, then Stripe is asked once', async () => {
  const user = newId();
  await begin(user);
  const before = payments.calls('readAccount');
  const statuses = await Promise.all(Array.from({ length: 6 }, () => status(user)));
  expect(statuses).toEqual(Array.from({ length: 6 }, () => ({ status: 'pending' })));
  expect(payments.calls('readAccount')).toBe(before + 1);
});

test('When Stripe restricts the account, then its webhook makes it pending, and ready afterwards', async () => {
  const user = newId();
  await submit(urlOf(await begin(user)), 'complete');
  payments.system.clock.advance(1_001);
  expect(await status(user)).toEqual({ status: 'ready' });
  const accountId = await accountOf(user);
  await restrict(accountId, true);
  expect((await sendUpdated(accountId)).status).toBe(200);
  expect((await stored(user))?.status).toBe('pending');
  await restrict(accountId, false);
  expect((await sendUpdated(accountId)).status).toBe(200);
  expect((await stored(user))?.status).toBe('ready');
});

test('When a slow read of the account ends after a later one, then it changes nothing', async () => {
  const user = newId();
  await submit(urlOf(await begin(user)), 'complete');
  const accountId = await accountOf(user);
  await restrict(accountId, true);
  const paused = payments.pauseAt('after', 'readAccount');
  const slow = sendUpdated(accountId);
  await paused.reached;
  await restrict(accountId, false);
  payments.system.clock.advance(10);
  await sendUpdated(accountId);
  paused.goOn();
  expect((await slow).status).toBe(200);
  expect((await stored(user))?.status).toBe('ready');
});

test('When Stripe does not respond to the read that a webhook asks for, then the webhook is delivered again', async () => {
  const user = newId();
  await begin(user);
  const accountId = await accountOf(user);
  await payments.sandbox.behave({ delayMs: 5_000 });
  expect((await sendUpdated(accountId)).status).toBe(503);
  await payments.sandbox.behave({ delayMs: 0 });
  expect((await sendUpdated('acct_of_nobody')).status).toBe(200);
});

test('When Stripe no longer knows the account, then it is pending, and Stripe need not repeat its webhook', async () => {
  const user = newId();
  const accountId = 'acct_gone';
  await payments.system
    .collection<PayoutAccount>('payout-accounts')
    .insertOne({ _id: user, accountId, status: 'ready' });
  expect((await sendUpdated(accountId)).status).toBe(200);
  expect((await stored(user))?.status).toBe('pending');
});

test('When users change, then their copies are the newest, whatever the order of the events, without e-mails', async () => {
  const id = newId();
  const closed = { id, version: 2, emailVerified: true, closedAt: new Date().toISOString() };
  await payments.system.publish(userUpdated, { id, version: 1, email: 'a@example.com', emailVerified: true });
  await payments.system.publish(userCreated, { id, version: 0, email: 'a@example.com' });
  await payments.system.eventually(async () => {
    expect((await stored(id))?.user).toEqual({ id, version: 1, emailVerified: true });
  });
  await begin(id);
  await payments.system.publish(userClosed, { ...closed, email: 'closed@invalid' });
  await payments.system.eventually(async () => {
    expect(await stored(id)).toMatchObject({ user: closed, accountId: expect.stringContaining('acct_') });
  });
});

test('When nobody is signed in, then the account cannot be asked for', async () => {
  expect((await payments.request('GET', path)).status).toBe(401);
  expect(
    (await payments.request('POST', path, { headers: { 'Content-Type': 'application/json' }, body: '{}' })).status,
  ).toBe(401);
});
