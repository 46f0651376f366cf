import { expect, test } from '@jest/globals';
import { makeDataDir, removeDir, spawnSandbox, stripeErrorOf, until, useSandbox } from './test/harness.ts';

const paid = { amount: 2000, currency: 'usd', payment_method: 'pm_card_createDispute', confirm: true } as const;

type Sandbox = Pick<Awaited<ReturnType<typeof useSandbox>>, 'stripe'>;

const typesOf = async ({ stripe }: Sandbox): Promise<string[]> =>
  (
    await stripe.events.list({
      types: [
        'charge.dispute.created',
        'charge.dispute.funds_withdrawn',
        'charge.dispute.updated',
        'charge.dispute.closed',
        'charge.dispute.funds_reinstated',
      ],
    })
  ).data.map(({ type }) => type);

/** A charge that is disputed. */
const disputed = async ({ stripe }: Sandbox) => {
  const { id } = await stripe.paymentIntents.create(paid);
  const read = async () => (await stripe.disputes.list({ payment_intent: id })).data;
  await until(async () => (await read()).length === 1);
  const [dispute] = await read();
  if (dispute === undefined) throw new Error('there is no dispute');
  return { intent: id, dispute };
};

test('When the holder of a card disputes a charge, then the money is withdrawn and nothing can be refunded', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { intent, dispute } = await disputed(sandbox);
  expect(dispute).toMatchObject({
    status: 'needs_response',
    amount: 2000,
    reason: 'fraudulent',
    payment_intent: intent,
    balance_transactions: [{ type: 'adjustment', amount: -2000, fee: 1500, net: -3500 }],
  });
  expect(await stripe.disputes.retrieve(dispute.id, { expand: ['charge'] })).toMatchObject({
    charge: { disputed: true, amount_refunded: 0 },
  });
  expect(await typesOf(sandbox)).toEqual(['charge.dispute.funds_withdrawn', 'charge.dispute.created']);
  expect(await stripeErrorOf(stripe.refunds.create({ payment_intent: intent, amount: 5 }))).toMatchObject({
    statusCode: 400,
    code: 'charge_disputed',
  });
  expect((await stripe.refunds.list()).data).toEqual([]);
});

test.each([
  ['winning_evidence', 'won', [2000, -2000, 2000]],
  ['losing_evidence', 'lost', [-2000, 2000]],
])('When %s is submitted, then the dispute is %s', async (text, status, amounts) => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { intent, dispute } = await disputed(sandbox);
  const stored = await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: text }, submit: false });
  expect(stored).toMatchObject({ status: 'needs_response', evidence_details: { has_evidence: true } });
  const evidence = { evidence: { product_description: 'A ticket' } };
  expect(await stripe.disputes.update(dispute.id, evidence)).toMatchObject({
    status,
    evidence_details: { submission_count: 1 },
  });
  const { data } = await stripe.balanceTransactions.list();
  expect(data.map(({ amount }) => amount)).toEqual(amounts);
  expect((await typesOf(sandbox)).includes('charge.dispute.funds_reinstated')).toBe(status === 'won');
  expect(await stripeErrorOf(stripe.disputes.close(dispute.id))).toMatchObject({ statusCode: 400 });
  const refund = stripe.refunds.create({ payment_intent: intent });
  if (status === 'won') expect(await refund).toMatchObject({ status: 'succeeded' });
  else expect(await stripeErrorOf(refund)).toMatchObject({ code: 'charge_disputed' });
});

test('When a dispute is closed, then it is lost', async () => {
  const sandbox = await useSandbox();
  const { dispute } = await disputed(sandbox);
  expect(await sandbox.stripe.disputes.close(dispute.id)).toMatchObject({ status: 'lost' });
  expect((await typesOf(sandbox)).slice(0, 2)).toEqual(['charge.dispute.closed', 'charge.dispute.updated']);
});

test('When a charge was refunded in full before, then there is nothing to dispute', async () => {
  const { stripe } = await useSandbox();
  const { id } = await stripe.paymentIntents.create(paid);
  await stripe.refunds.create({ payment_intent: id });
  const { id: other } = await stripe.paymentIntents.create(paid);
  await until(async () => (await stripe.disputes.list()).data.length === 1);
  expect((await stripe.disputes.list()).data).toMatchObject([{ payment_intent: other }]);
});

test('When the refund of a card fails, then the charge is as before, and the refund can be read as failed', async () => {
  const { stripe } = await useSandbox();
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_refundFail' });
  const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 700 });
  expect(refund).toMatchObject({ status: 'succeeded' });
  await until(async () => (await stripe.refunds.retrieve(refund.id)).status === 'failed');
  expect(await stripe.refunds.retrieve(refund.id, { expand: ['charge'] })).toMatchObject({
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: expect.stringMatching(/^txn_/),
    charge: { amount_refunded: 0, refunded: false },
  });
  const expanded = await stripe.refunds.list({ expand: ['data.failure_balance_transaction'] });
  expect(expanded.data[0]?.failure_balance_transaction).toMatchObject({ type: 'refund_failure', amount: 700 });
  const types = ['refund.updated', 'refund.failed', 'charge.refund.updated'];
  expect((await stripe.events.list({ types })).data.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
  const { data } = await stripe.balanceTransactions.list({ source: refund.id });
  expect(data).toMatchObject([
    { type: 'refund_failure', amount: 700 },
    { type: 'refund', amount: -700 },
  ]);
});

/** The charge of a payment that is not expanded. */
const chargeOf = ({ latest_charge: charge }: { readonly latest_charge: string | object | null }): string => {
  if (typeof charge !== 'string') throw new Error('there is no charge');
  return charge;
};

/** Tells the sandbox what a bank does. */
const bankDoes = async (url: string, path: string, body: object) => {
  const response = await fetch(`${url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
};

test('When the refund of a card is pending, then it says why and succeeds later', async () => {
  const { stripe } = await useSandbox();
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_pendingRefund' });
  const refund = await stripe.refunds.create({ payment_intent: intent.id });
  expect(refund).toMatchObject({ status: 'pending', pending_reason: 'processing' });
  await until(async () => (await stripe.refunds.retrieve(refund.id)).status === 'succeeded');
  expect(await stripe.refunds.retrieve(refund.id)).not.toHaveProperty('pending_reason');
  const types = ['refund.updated', 'charge.refund.updated'];
  expect((await stripe.events.list({ types })).data.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
});

test('When a test decides a pending refund, then it fails or succeeds at once, and only once', async () => {
  const { stripe, url } = await useSandbox();
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_pendingRefund' });
  const [failing, passing] = [
    await stripe.refunds.create({ payment_intent: intent.id, amount: 700 }),
    await stripe.refunds.create({ payment_intent: intent.id, amount: 300 }),
  ];
  const failed = { status: 200, body: { id: failing.id, status: 'failed' } };
  expect(await bankDoes(url, `refunds/${failing.id}`, { status: 'failed' })).toMatchObject(failed);
  const passed = { status: 200, body: { id: passing.id, status: 'succeeded' } };
  expect(await bankDoes(url, `refunds/${passing.id}`, { status: 'succeeded' })).toMatchObject(passed);
  expect(await stripe.charges.retrieve(chargeOf(intent))).toMatchObject({ amount_refunded: 300 });
  for (const [id, status] of [
    [failing.id, 'succeeded'],
    [passing.id, 'succeeded'],
    ['re_nothing', 'failed'],
  ])
    expect((await bankDoes(url, `refunds/${id}`, { status })).status).toBeGreaterThanOrEqual(400);
});

test('When a test disputes a charge, then it is disputed at once, and only once', async () => {
  const { stripe, url } = await useSandbox();
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_visa' });
  const path = `charges/${chargeOf(intent)}`;
  expect(await bankDoes(url, path, { disputed: true })).toMatchObject({
    status: 200,
    body: { object: 'dispute', status: 'needs_response', amount: 2000 },
  });
  expect((await bankDoes(url, path, { disputed: true })).status).toBe(400);
});

test('When a test decides before the card would, then the card decides nothing more', async () => {
  const { stripe, url } = await useSandbox();
  const first = await stripe.paymentIntents.create(paid);
  await bankDoes(url, `charges/${chargeOf(first)}`, { disputed: true });
  // Planned after the first, so that its dispute would come after a second one of the first.
  const other = await stripe.paymentIntents.create(paid);
  await until(async () => (await stripe.disputes.list({ payment_intent: other.id })).data.length === 1);
  expect((await stripe.disputes.list({ payment_intent: first.id })).data).toHaveLength(1);
});

test('When the process is killed before the dispute, then the next start opens it, once', async () => {
  const dataDir = await makeDataDir();
  const first = await spawnSandbox({ DATA_DIR: dataDir });
  const { id } = await first.stripe.paymentIntents.create(paid);
  await first.end('SIGKILL');
  const second = await useSandbox({ DATA_DIR: dataDir });
  await until(async () => (await second.stripe.disputes.list({ payment_intent: id })).data.length === 1);
  await second.close();
  const third = await useSandbox({ DATA_DIR: dataDir });
  await third.stripe.refunds.create({
    payment_intent: (await third.stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_refundFail' })).id,
  });
  await until(async () => (await third.stripe.events.list({ type: 'refund.failed' })).data.length === 1);
  expect((await third.stripe.disputes.list()).data).toHaveLength(1);
  await third.close();
  await removeDir(dataDir);
});

test('When a test disputes more than is left of a charge, then that is withdrawn, and nothing can be refunded', async () => {
  const { stripe, url } = await useSandbox();
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_visa' });
  await stripe.refunds.create({ payment_intent: intent.id, amount: 700 });
  expect(await bankDoes(url, `charges/${chargeOf(intent)}`, { disputed: true, amount: 2000 })).toMatchObject({
    body: { amount: 2000, balance_transactions: [{ amount: -2000 }] },
  });
  expect(await stripeErrorOf(stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
    code: 'charge_disputed',
  });
});

test('When a bank only inquires, then no money moves until the test moves it, whatever the status', async () => {
  const sandbox = await useSandbox();
  const { stripe, url } = sandbox;
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_visa' });
  const inquiry = await bankDoes(url, `charges/${chargeOf(intent)}`, { disputed: true, inquiry: true });
  expect(inquiry).toMatchObject({ body: { status: 'warning_needs_response', balance_transactions: [] } });
  const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
  expect(dispute?.is_charge_refundable).toBe(true);
  await stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
  expect(await bankDoes(url, `disputes/${dispute?.id}`, { moved: -1900 })).toMatchObject({
    body: { status: 'warning_needs_response', balance_transactions: [{ type: 'adjustment', amount: -1900, fee: 0 }] },
  });
  expect(await typesOf(sandbox)).toEqual([
    'charge.dispute.funds_withdrawn',
    'charge.dispute.updated',
    'charge.dispute.created',
  ]);
});

test('When a dispute is won in part, then the rest can be refunded; when an appeal reverses a lost one, then the money is back', async () => {
  const sandbox = await useSandbox();
  const { stripe, url } = sandbox;
  const { intent, dispute } = await disputed(sandbox);
  await bankDoes(url, `disputes/${dispute.id}`, { status: 'won', moved: 500 });
  expect(await stripe.refunds.create({ payment_intent: intent, amount: 100 })).toMatchObject({ amount: 100 });
  expect(await stripe.refunds.create({ payment_intent: intent })).toMatchObject({ amount: 400 });
  const second = await disputed(sandbox);
  await stripe.disputes.close(second.dispute.id);
  expect(await bankDoes(url, `disputes/${second.dispute.id}`, { status: 'won', moved: 2000 })).toMatchObject({
    body: { status: 'won', balance_transactions: [{ amount: -2000 }, { amount: 2000 }] },
  });
  expect((await typesOf(sandbox)).slice(0, 3)).toEqual([
    'charge.dispute.funds_reinstated',
    'charge.dispute.closed',
    'charge.dispute.updated',
  ]);
  expect(await stripe.refunds.create({ payment_intent: second.intent })).toMatchObject({ amount: 2000 });
  expect((await bankDoes(url, 'disputes/dp_nothing', { moved: 1 })).status).toBe(404);
});
