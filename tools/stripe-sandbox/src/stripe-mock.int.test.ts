import { expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { compareShapes, type Comparison } from './test/compare-shapes.ts';
import { closeAfterTest, postForm, sdk, until, useSandbox } from './test/harness.ts';
import { openStripeMock, stripeMockProgram } from './test/stripe-mock.ts';

const program = await stripeMockProgram();
const missing = 'reason' in program ? program.reason : undefined;
// In CI a missing program fails the test.
const withMock = missing === undefined || process.env['CI'] !== undefined ? test : test.skip;

/** Optional fields that Stripe documents and its mock omits. */
const optional = [
  /^payment_intent\.automatic_payment_methods\.allow_redirects$/,
  /^payment_intent\.amount_details\.tip$/,
  /^payment_intent\.payment_method_options\.card$/,
  /^payment_intent\.next_action\./,
  // The mock's event is one of another object.
  /^events\.data\[\]\.data\.object\./,
  /\.outcome\.risk_(level|score)$/,
];

/** Fields that the sandbox omits: those without a meaning here, and those that the current API returns only on demand. */
const leftOut = [
  /\.managed_payments$/,
  /^events\.data\[\]\.(account|data\.(object\..*|previous_attributes))$/,
  /^(charge|payment_intent\.latest_charge|refund\.charge|dispute\.charge|list\.data\[\])\.refunds$/,
  /^account\./,
  /^connected\.(business_profile|company|controller|default_currency|external_accounts|future_requirements|groups|individual|settings|tos_acceptance|capabilities\..*)$/,
];

interface Call {
  readonly name: string;
  readonly run: (
    stripe: Stripe,
    ids: {
      intent: string;
      charge: string;
      refund: string;
      method: string;
      dispute: string;
      account: string;
      transfer: string;
    },
  ) => Promise<unknown>;
}

const order = { amount: 1999, currency: 'usd', metadata: { orderId: 'o1' } } as const;
const never = { enabled: true, allow_redirects: 'never' } as const;

/** Every call that the sandbox supports, with every parameter that it knows. */
const calls: readonly Call[] = [
  {
    name: 'payment_intent',
    run: (stripe) => stripe.paymentIntents.create({ ...order, automatic_payment_methods: never }),
  },
  {
    name: 'payment_intent',
    run: (stripe) =>
      stripe.paymentIntents.create({
        ...order,
        payment_method: 'pm_card_visa',
        confirm: true,
        capture_method: 'automatic',
        confirmation_method: 'automatic',
        description: 'Two seats',
        error_on_requires_action: true,
        off_session: true,
        allowed_payment_method_types: ['card'],
        receipt_email: 'buyer@example.com',
        return_url: 'https://tickets.example/orders/1',
        statement_descriptor_suffix: 'SEATS',
        transfer_group: 'o1',
        use_stripe_sdk: true,
        expand: ['latest_charge'],
      }),
  },
  {
    name: 'payment_intent',
    run: (stripe) =>
      stripe.paymentIntents.create({
        ...order,
        payment_method: 'pm_card_threeDSecure2Required',
        confirm: true,
        return_url: 'https://tickets.example/orders/1',
      }),
  },
  {
    name: 'payment_intent',
    run: (stripe, ids) => stripe.paymentIntents.retrieve(ids.intent, { expand: ['latest_charge'] }),
  },
  {
    name: 'payment_intent',
    run: async (stripe) => {
      const { id } = await stripe.paymentIntents.create(order);
      await stripe.paymentIntents.update(id, { ...order, description: 'One seat', payment_method: 'pm_card_visa' });
      return stripe.paymentIntents.confirm(id, { off_session: true, payment_method: 'pm_card_visa' });
    },
  },
  {
    name: 'payment_intent',
    run: async (stripe) => {
      const { id } = await stripe.paymentIntents.create(order);
      return stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' });
    },
  },
  {
    name: 'list',
    run: (stripe, ids) => stripe.paymentIntents.list({ limit: 3, created: { gte: 1 }, starting_after: ids.intent }),
  },
  { name: 'charge', run: (stripe, ids) => stripe.charges.retrieve(ids.charge) },
  { name: 'list', run: (stripe, ids) => stripe.charges.list({ limit: 3, payment_intent: ids.intent }) },
  { name: 'refund', run: (stripe, ids) => stripe.refunds.retrieve(ids.refund, { expand: ['charge'] }) },
  { name: 'list', run: (stripe, ids) => stripe.refunds.list({ charge: ids.charge }) },
  {
    name: 'payment_method',
    run: (stripe) => stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } }),
  },
  { name: 'payment_method', run: (stripe, ids) => stripe.paymentMethods.retrieve(ids.method) },
  {
    name: 'balances',
    run: (stripe, ids) => stripe.balanceTransactions.list({ limit: 3, type: 'charge', source: ids.charge }),
  },
  { name: 'list', run: (stripe, ids) => stripe.disputes.list({ charge: ids.charge, payment_intent: ids.intent }) },
  {
    name: 'dispute',
    run: (stripe, ids) =>
      stripe.disputes.update(ids.dispute, {
        evidence: { uncategorized_text: 'A ticket' },
        submit: false,
        metadata: { orderId: 'o1' },
        expand: ['charge'],
      }),
  },
  { name: 'dispute', run: (stripe, ids) => stripe.disputes.close(ids.dispute) },
  {
    name: 'connected',
    run: (stripe) =>
      stripe.accounts.create({
        type: 'express',
        country: 'DE',
        email: 'seller@example.com',
        business_type: 'individual',
        capabilities: { transfers: { requested: true } },
        metadata: { userId: 'u1' },
      }),
  },
  { name: 'connected', run: (stripe, ids) => stripe.accounts.update(ids.account, { metadata: { userId: 'u1' } }) },
  {
    name: 'account_link',
    run: (stripe, ids) =>
      stripe.accountLinks.create({
        account: ids.account,
        type: 'account_onboarding',
        return_url: 'https://tickets.example/payouts',
        refresh_url: 'https://tickets.example/payouts',
      }),
  },
  {
    name: 'transfer',
    run: (stripe, ids) =>
      stripe.transfers.create({
        amount: 50,
        currency: 'usd',
        destination: ids.account,
        source_transaction: ids.charge,
        transfer_group: 'o1',
        description: 'Sale',
        metadata: { orderId: 'o1' },
      }),
  },
  { name: 'list', run: (stripe, ids) => stripe.transfers.list({ destination: ids.account, transfer_group: 'o1' }) },
  {
    name: 'reversal',
    run: (stripe, ids) => stripe.transfers.createReversal(ids.transfer, { amount: 5, metadata: { orderId: 'o1' } }),
  },
  { name: 'list', run: (stripe, ids) => stripe.transfers.listReversals(ids.transfer, { limit: 3 }) },
  {
    name: 'events',
    run: (stripe) => stripe.events.list({ limit: 3, types: ['charge.succeeded'], created: { gte: 1 } }),
  },
  { name: 'account', run: (stripe) => stripe.accounts.retrieveCurrent() },
];

const idOf = (value: string | { readonly id: string } | null) =>
  typeof value === 'string' ? value : (value?.id ?? '');

const beyond = (paths: Set<string>, allowed: readonly RegExp[]) =>
  [...paths].filter((path) => !allowed.some((pattern) => pattern.test(path)));

withMock(
  `When the same calls go to Stripe's own mock, then it accepts them and its responses have the same shape${missing === undefined ? '' : ` (${missing})`}`,
  async () => {
    const sandbox = await useSandbox();
    if ('reason' in program) throw new Error(program.reason);
    const mock = closeAfterTest(await openStripeMock(program.path));
    const theirs = sdk(mock.url, { key: 'sk_test_123' });
    const ours = sandbox.stripe;

    const paid = await ours.paymentIntents.create({ ...order, payment_method: 'pm_card_visa', confirm: true });
    const refund = await ours.refunds.create({
      payment_intent: paid.id,
      amount: 5,
      reason: 'requested_by_customer',
      metadata: { orderId: 'o1' },
    });
    await ours.paymentIntents.create({ ...order, payment_method: 'pm_card_createDispute', confirm: true });
    const readDispute = async () => (await ours.disputes.list()).data[0];
    await until(async () => (await readDispute()) !== undefined);
    const account = await ours.accounts.create({ type: 'express', country: 'DE' });
    const link = await ours.accountLinks.create({
      account: account.id,
      type: 'account_onboarding',
      return_url: 'https://tickets.example/',
      refresh_url: 'https://tickets.example/',
    });
    await postForm(link.url, { outcome: 'complete' }, {}, 'manual');
    const transfer = await ours.transfers.create({ amount: 500, currency: 'usd', destination: account.id });
    const ids = {
      account: account.id,
      transfer: transfer.id,
      dispute: (await readDispute())?.id ?? '',
      intent: paid.id,
      charge: idOf(paid.latest_charge),
      refund: refund.id,
      method: idOf(paid.payment_method),
    };
    await theirs.refunds.create({ payment_intent: ids.intent, amount: 5, reason: 'requested_by_customer' });

    const result: Comparison = { unknown: new Set(), lacking: new Set(), different: new Set() };
    for (const call of calls) {
      compareShapes(await call.run(ours, ids), await call.run(theirs, ids), call.name, result);
    }
    expect([...result.different]).toEqual([]);
    expect(beyond(result.unknown, optional)).toEqual([]);
    expect(beyond(result.lacking, leftOut)).toEqual([]);
  },
);
