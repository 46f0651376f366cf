import { expect, test } from '@jest/globals';
import { makeDataDir, postForm, removeDir, stripeErrorOf, useSandbox } from './test/harness.ts';

type Sandbox = Awaited<ReturnType<typeof useSandbox>>;

const urls = { return_url: 'http://localhost:3000/payouts', refresh_url: 'http://localhost:3000/payouts/again' };

const submit = (url: string, outcome: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  postForm(url, { outcome }, headers, 'manual');

const newAccount = ({ stripe }: Sandbox) =>
  stripe.accounts.create({
    type: 'express',
    country: 'DE',
    email: 'seller@example.com',
    capabilities: { transfers: { requested: true } },
    metadata: { userId: 'u1' },
  });

const linkFor = ({ stripe }: Sandbox, account: string) =>
  stripe.accountLinks.create({ account, type: 'account_onboarding', ...urls });

/** An account that has completed its onboarding. */
const onboarded = async (sandbox: Sandbox): Promise<string> => {
  const { id } = await newAccount(sandbox);
  await submit((await linkFor(sandbox, id)).url, 'complete');
  return id;
};

const restrict = (sandbox: Sandbox, account: string, restricted: boolean): Promise<Response> =>
  fetch(`${sandbox.url}/sandbox/accounts/${account}`, { method: 'POST', body: JSON.stringify({ restricted }) });

test('When a seller completes the onboarding, then transfers are active, once, also for a double click', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const account = await newAccount(sandbox);
  expect(account).toMatchObject({
    type: 'express',
    details_submitted: false,
    payouts_enabled: false,
    capabilities: { transfers: 'inactive' },
    metadata: { userId: 'u1' },
  });
  expect(account.requirements?.currently_due).not.toEqual([]);
  const link = await linkFor(sandbox, account.id);
  const html = await (await fetch(link.url)).text();
  for (const text of ['seller@example.com', '>Complete<', '>Fail<']) expect(html).toContain(text);
  const responses = await Promise.all([submit(link.url, 'complete'), submit(link.url, 'fail')]);
  for (const response of responses) {
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(urls.return_url);
  }
  expect(await stripe.accounts.retrieve(account.id)).toMatchObject({
    details_submitted: true,
    payouts_enabled: true,
    capabilities: { transfers: 'active' },
    requirements: { currently_due: [], disabled_reason: null },
  });
  const ofAccount = { stripeAccount: account.id };
  const { data: events } = await stripe.events.list({}, ofAccount);
  expect(events).toMatchObject([{ type: 'account.updated', account: account.id }]);
  // Requests for ourselves see none of a connected account, as at Stripe.
  const eventId = events[0]?.id ?? '';
  expect((await stripe.events.list()).data).toEqual([]);
  expect(await stripe.events.retrieve(eventId, {}, ofAccount)).toMatchObject({ id: eventId });
  expect(await stripeErrorOf(stripe.events.retrieve(eventId))).toMatchObject({ code: 'resource_missing' });
  const again = await fetch(link.url, { redirect: 'manual' });
  expect(again.headers.get('location')).toBe(urls.refresh_url);
  expect((await stripe.accounts.list()).data.map(({ id }) => id)).toEqual([account.id]);
});

test('When the onboarding fails, then the account is as before, and another link can complete it', async () => {
  const sandbox = await useSandbox();
  const { id } = await newAccount(sandbox);
  const failed = await submit((await linkFor(sandbox, id)).url, 'fail');
  expect(failed.headers.get('location')).toBe(urls.return_url);
  expect(await sandbox.stripe.accounts.retrieve(id)).toMatchObject({ details_submitted: false });
  await submit((await linkFor(sandbox, id)).url, 'complete');
  expect(await sandbox.stripe.accounts.retrieve(id)).toMatchObject({ details_submitted: true });
});

test('When another site submits the onboarding or restricts an account, then it is refused', async () => {
  const sandbox = await useSandbox();
  const { id } = await newAccount(sandbox);
  const { url } = await linkFor(sandbox, id);
  const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  expect((await submit(url, 'complete', foreign)).status).toBe(403);
  const control = `${sandbox.url}/sandbox/accounts/${id}`;
  const body = '{"restricted":true}';
  expect((await fetch(control, { method: 'POST', body, headers: foreign })).status).toBe(403);
  expect((await submit(`${sandbox.url}/onboarding/link_none`, 'complete')).status).toBe(404);
  expect(await sandbox.stripe.accounts.retrieve(id)).toMatchObject({ details_submitted: false });
});

test('When the destination cannot take transfers, then the transfer is refused as by Stripe', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const transfer = (destination: string) => stripe.transfers.create({ amount: 900, currency: 'usd', destination });
  const fresh = await newAccount(sandbox);
  const inactive = { statusCode: 400, code: 'insufficient_capabilities_for_transfer' };
  expect(await stripeErrorOf(transfer(fresh.id))).toMatchObject(inactive);
  const id = await onboarded(sandbox);
  expect((await restrict(sandbox, id, true)).status).toBe(200);
  expect(await stripe.accounts.retrieve(id)).toMatchObject({ payouts_enabled: false, details_submitted: true });
  expect(await stripeErrorOf(transfer(id))).toMatchObject(inactive);
  await restrict(sandbox, id, false);
  expect(await transfer(id)).toMatchObject({ destination: id, amount: 900 });
  expect(await stripeErrorOf(transfer('acct_none'))).toMatchObject({ code: 'resource_missing', param: 'destination' });
  expect((await restrict(sandbox, 'acct_none', true)).status).toBe(404);
});

test('When a charge is transferred and reversed in parts, then never more than its amount moves', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const destination = await onboarded(sandbox);
  const { latest_charge: latest } = await stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    transfer_group: 'o1',
  });
  const charge = typeof latest === 'string' ? latest : '';
  const source = { currency: 'usd', destination, source_transaction: charge };
  const create = () =>
    stripe.transfers.create(
      { ...source, amount: 1800, metadata: { orderId: 'o1' } },
      { idempotencyKey: 'transfer:o1' },
    );
  const transfer = await create();
  expect(await create()).toEqual(transfer);
  expect(transfer).toMatchObject({
    transfer_group: 'o1',
    source_transaction: charge,
    reversed: false,
    metadata: { orderId: 'o1' },
  });
  expect(await stripeErrorOf(stripe.transfers.create({ ...source, amount: 201 }))).toMatchObject({ param: 'amount' });
  expect(await stripeErrorOf(stripe.transfers.create({ ...source, amount: 50, currency: 'eur' }))).toMatchObject({
    param: 'currency',
  });
  const part = await stripe.transfers.createReversal(transfer.id, { amount: 800 });
  expect(part).toMatchObject({ object: 'transfer_reversal', amount: 800, transfer: transfer.id });
  expect(await stripeErrorOf(stripe.transfers.createReversal(transfer.id, { amount: 1001 }))).toMatchObject({
    param: 'amount',
  });
  await stripe.transfers.createReversal(transfer.id);
  expect(await stripeErrorOf(stripe.transfers.createReversal(transfer.id))).toMatchObject({ statusCode: 400 });
  expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ amount_reversed: 1800, reversed: true });
  const reversals = await stripe.transfers.listReversals(transfer.id);
  expect(reversals.data.map(({ amount }) => amount)).toEqual([1000, 800]);
  expect((await stripe.transfers.list({ transfer_group: 'o1' })).data).toHaveLength(1);
  expect((await stripe.transfers.list({ transfer_group: 'o2' })).data).toEqual([]);
  expect((await stripe.transfers.list({ destination })).data).toHaveLength(1);
  const balance = (await stripe.balanceTransactions.list()).data.map(({ type, amount }) => [type, amount]);
  expect(balance).toEqual([
    ['transfer_refund', 1000],
    ['transfer_refund', 800],
    ['transfer', -1800],
    ['charge', 2000],
  ]);
  const types = ['transfer.created', 'transfer.reversed'];
  expect((await stripe.events.list({ types })).data).toHaveLength(3);
});

test('When the sandbox is restarted, then accounts, links and transfers are unchanged', async () => {
  const dataDir = await makeDataDir();
  const first = await useSandbox({ DATA_DIR: dataDir });
  const destination = await onboarded(first);
  const { id } = await first.stripe.transfers.create({ amount: 900, currency: 'usd', destination });
  await first.stripe.transfers.createReversal(id, { amount: 100 });
  const read = async ({ stripe }: Sandbox) => [
    (await stripe.accounts.list()).data,
    (await stripe.transfers.list()).data,
    (await stripe.transfers.listReversals(id)).data,
  ];
  const before = await read(first);
  await first.close();
  const second = await useSandbox({ DATA_DIR: dataDir });
  expect(await read(second)).toEqual(before);
  await second.close();
  await removeDir(dataDir);
});
