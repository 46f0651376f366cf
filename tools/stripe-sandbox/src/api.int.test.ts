import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { byToken, openSandbox, postForm, sdk, stripeErrorOf, useSandbox } from './test/harness.ts';

const order = { amount: 1999, currency: 'usd', metadata: { orderId: 'o1' } } as const;
const visa = { payment_method: 'pm_card_visa' } as const;

test('When a PaymentIntent is created and confirmed, then it has succeeded, with one charge that has its metadata', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const intent = await stripe.paymentIntents.create(order);
  expect(intent).toMatchObject({ object: 'payment_intent', status: 'requires_payment_method', amount_received: 0 });

  const paid = await stripe.paymentIntents.confirm(intent.id, { ...byToken('tok_visa'), expand: ['latest_charge'] });
  expect(paid).toMatchObject({ id: intent.id, status: 'succeeded', amount_received: 1999, last_payment_error: null });
  expect(paid.latest_charge).toMatchObject({
    status: 'succeeded',
    paid: true,
    amount: 1999,
    metadata: { orderId: 'o1' },
    payment_intent: intent.id,
    payment_method_details: { card: { brand: 'visa', last4: '4242' } },
  });
  expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' });
  expect((await stripe.charges.list({ payment_intent: intent.id })).data).toHaveLength(1);
});

test('When a PaymentIntent is created with confirm, then the card is charged in the same call', async () => {
  const sandbox = await useSandbox();
  const paid = await sandbox.stripe.paymentIntents.create({
    ...order,
    ...byToken('tok_mastercard'),
    confirm: true,
    off_session: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    expand: ['latest_charge', 'payment_method'],
  });
  expect(paid).toMatchObject({
    status: 'succeeded',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    payment_method: { card: { brand: 'mastercard', last4: '4444' } },
  });
});

test('When a card is declined, then the response is a card error, the PaymentIntent stays open and another card can pay', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const intent = await stripe.paymentIntents.create(order);
  const error = await stripeErrorOf(stripe.paymentIntents.confirm(intent.id, byToken('tok_chargeDeclined')));
  expect(error).toMatchObject({
    type: 'StripeCardError',
    statusCode: 402,
    code: 'card_declined',
    decline_code: 'generic_decline',
    message: 'Your card was declined.',
  });
  expect(error.payment_intent).toMatchObject({
    id: intent.id,
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: { code: 'card_declined', charge: error.charge },
  });
  expect(await stripe.charges.retrieve(error.charge ?? '')).toMatchObject({
    status: 'failed',
    paid: false,
    amount_captured: 0,
    failure_code: 'card_declined',
    outcome: { type: 'issuer_declined' },
    metadata: { orderId: 'o1' },
  });

  const paid = await stripe.paymentIntents.confirm(intent.id, byToken('tok_visa'));
  expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null });
  expect((await stripe.charges.list({ payment_intent: intent.id })).data.map((charge) => charge.status)).toEqual([
    'succeeded',
    'failed',
  ]);
});

test('When a payment method is set first, then the PaymentIntent requires confirmation', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  expect(await stripe.paymentIntents.create({ ...order, ...visa })).toMatchObject({ status: 'requires_confirmation' });

  const intent = await stripe.paymentIntents.create(order);
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_amex' } });
  const updated = await stripe.paymentIntents.update(intent.id, {
    payment_method: method.id,
    amount: 2100,
    metadata: { seat: '12', orderId: '' },
  });
  expect(updated).toMatchObject({
    status: 'requires_confirmation',
    amount: 2100,
    payment_method: method.id,
    metadata: { seat: '12' },
  });
  expect(updated.metadata).not.toHaveProperty('orderId');
  expect(await stripe.paymentIntents.confirm(intent.id)).toMatchObject({ status: 'succeeded', amount_received: 2100 });
});

test('When a PaymentIntent has no payment method, then it cannot be confirmed', async () => {
  const sandbox = await useSandbox();
  const intent = await sandbox.stripe.paymentIntents.create(order);
  expect(await stripeErrorOf(sandbox.stripe.paymentIntents.confirm(intent.id))).toMatchObject({
    statusCode: 400,
    code: 'payment_intent_unexpected_state',
  });
});

test('When a PaymentIntent has succeeded, then it cannot be confirmed, cancelled or changed, and the error contains it', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create({ ...order, ...visa, confirm: true });
  for (const call of [
    () => stripe.paymentIntents.confirm(id, visa),
    () => stripe.paymentIntents.cancel(id),
    () => stripe.paymentIntents.update(id, { amount: 1 }),
  ]) {
    const error = await stripeErrorOf(call());
    expect(error).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
    expect(error.payment_intent).toMatchObject({ id, status: 'succeeded' });
  }
  expect((await stripe.charges.list()).data).toHaveLength(1);
  expect(await stripe.paymentIntents.update(id, { metadata: { note: 'x' } })).toMatchObject({
    metadata: { orderId: 'o1', note: 'x' },
  });
});

test('When a PaymentIntent is cancelled, then no card can be charged for it any more', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create(order);
  expect(await stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' })).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'abandoned',
    canceled_at: expect.any(Number),
  });
  for (const call of [() => stripe.paymentIntents.confirm(id, visa), () => stripe.paymentIntents.cancel(id)]) {
    expect(await stripeErrorOf(call())).toMatchObject({ code: 'payment_intent_unexpected_state' });
  }
  expect((await stripe.charges.list()).data).toHaveLength(0);
});

test('When a charge is refunded, wholly or in parts, then never more than the payment is refunded', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create({ ...order, ...visa, confirm: true });
  const part = await stripe.refunds.create({
    payment_intent: id,
    amount: 500,
    reason: 'requested_by_customer',
    metadata: { orderId: 'o1' },
  });
  expect(part).toMatchObject({ object: 'refund', status: 'succeeded', amount: 500, metadata: { orderId: 'o1' } });
  expect(await stripeErrorOf(stripe.refunds.create({ payment_intent: id, amount: 1500 }))).toMatchObject({
    statusCode: 400,
    param: 'amount',
  });
  const charge = typeof part.charge === 'string' ? part.charge : '';
  expect(await stripe.refunds.create({ charge, expand: ['charge', 'payment_intent'] })).toMatchObject({
    amount: 1499,
    charge: { id: charge, refunded: true, amount_refunded: 1999 },
    payment_intent: { id },
  });
  expect(await stripeErrorOf(stripe.refunds.create({ charge }))).toMatchObject({
    statusCode: 400,
    code: 'charge_already_refunded',
  });
  expect((await stripe.refunds.list({ payment_intent: id })).data.map((refund) => refund.amount)).toEqual([1499, 500]);
  expect((await stripe.refunds.list({ charge })).data).toHaveLength(2);
  expect(await stripe.refunds.retrieve(part.id)).toMatchObject({ id: part.id });
});

test('When nothing was paid, then there is nothing to refund', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create(order);
  expect(await stripeErrorOf(stripe.refunds.create({ payment_intent: id }))).toMatchObject({ statusCode: 400 });
  const declined = await stripeErrorOf(stripe.paymentIntents.confirm(id, byToken('tok_chargeDeclined')));
  expect(await stripeErrorOf(stripe.refunds.create({ payment_intent: id }))).toMatchObject({ statusCode: 400 });
  expect(await stripeErrorOf(stripe.refunds.create({ charge: declined.charge ?? '' }))).toMatchObject({
    statusCode: 400,
  });
  expect(await stripeErrorOf(stripe.refunds.create({}))).toMatchObject({ statusCode: 400 });
  expect((await stripe.refunds.list()).data).toHaveLength(0);
});

test('When lists are read page by page, then every object appears once, newest first', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const made: string[] = [];
  for (let i = 0; i < 25; i += 1) {
    const intent = await stripe.paymentIntents.create({ ...order, ...visa, confirm: true });
    await stripe.refunds.create({ payment_intent: intent.id });
    made.unshift(intent.id);
  }
  const intents = await stripe.paymentIntents.list({ limit: 7 }).autoPagingToArray({ limit: 1000 });
  expect(intents.map((intent) => intent.id)).toEqual(made);
  const charges = await stripe.charges.list({ limit: 10 }).autoPagingToArray({ limit: 1000 });
  expect(charges.map((charge) => charge.payment_intent)).toEqual(made);
  const refunds = await stripe.refunds.list({ limit: 25 }).autoPagingToArray({ limit: 1000 });
  expect(refunds.map((refund) => refund.payment_intent)).toEqual(made);

  const first = await stripe.charges.list();
  expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/charges' });
  expect(first.data).toHaveLength(10);
  const back = await stripe.paymentIntents.list({ ending_before: made[5] ?? '', limit: 3 });
  expect(back.data.map((intent) => intent.id)).toEqual(made.slice(2, 5));
  expect(back.has_more).toBe(true);
  const expanded = await stripe.paymentIntents.list({ limit: 1, expand: ['data.latest_charge'] });
  expect(expanded.data[0]?.latest_charge).toMatchObject({ object: 'charge' });
  expect((await stripe.charges.list({ created: { gt: Math.ceil(Date.now() / 1000) + 5 } })).data).toEqual([]);
  expect((await stripe.charges.list({ created: { gte: 0 } })).data).toHaveLength(10);
});

test.each([
  ['GET', '/v1/payment_intents/pi_none', {}, 404, 'resource_missing'],
  ['GET', '/v1/charges/ch_none', {}, 404, 'resource_missing'],
  ['GET', '/v1/refunds/re_none', {}, 404, 'resource_missing'],
  ['GET', '/v1/payment_methods/pm_none', {}, 404, 'resource_missing'],
  ['GET', '/v1/charges?limit=0', {}, 400, 'parameter_invalid_integer'],
  ['GET', '/v1/charges?limit=101', {}, 400, 'parameter_invalid_integer'],
  ['GET', '/v1/charges?starting_after=ch_none', {}, 400, 'resource_missing'],
  ['GET', '/v1/charges?colour=red', {}, 400, 'parameter_unknown'],
  ['GET', '/v1/charges?payment_intent[$gt]=', {}, 400, undefined],
  ['GET', '/v1/customers', {}, 404, undefined],
  ['GET', '/', {}, 404, undefined],
  ['POST', '/v1/payment_intents', { currency: 'usd' }, 400, 'parameter_missing'],
  ['POST', '/v1/payment_intents', { amount: '1000' }, 400, 'parameter_missing'],
  ['POST', '/v1/payment_intents', { amount: '1.5', currency: 'usd' }, 400, 'parameter_invalid_integer'],
  ['POST', '/v1/payment_intents', { amount: '0', currency: 'usd' }, 400, 'parameter_invalid_integer'],
  ['POST', '/v1/payment_intents', { amount: '-5', currency: 'usd' }, 400, 'parameter_invalid_integer'],
  ['POST', '/v1/payment_intents', { amount: '100000000', currency: 'usd' }, 400, 'amount_too_large'],
  ['POST', '/v1/payment_intents', { amount: '1000', currency: 'xyz' }, 400, undefined],
  ['POST', '/v1/payment_intents', { amount: '1000', currency: 'usd', customer: 'cus_1' }, 400, 'parameter_unknown'],
  ['POST', '/v1/payment_intents', { amount: '1000', currency: 'usd', confirm: 'maybe' }, 400, undefined],
  ['POST', '/v1/payment_intents', { amount: '1000', currency: 'usd', 'expand[]': 'nothing' }, 400, undefined],
  [
    'POST',
    '/v1/payment_intents',
    { amount: '1000', currency: 'usd', payment_method: 'pm_none' },
    400,
    'resource_missing',
  ],
  [
    'POST',
    '/v1/payment_intents',
    { amount: '1000', currency: 'usd', payment_method: '' },
    400,
    'parameter_invalid_empty',
  ],
  ['POST', '/v1/payment_intents/pi_none/confirm', {}, 404, 'resource_missing'],
  ['POST', '/v1/payment_intents/pi_none/cancel', {}, 404, 'resource_missing'],
  ['POST', '/v1/refunds', { payment_intent: 'pi_none' }, 400, 'resource_missing'],
  ['POST', '/v1/refunds', { charge: 'ch_none' }, 400, 'resource_missing'],
  ['POST', '/v1/payment_methods', { type: 'sepa_debit' }, 400, undefined],
  ['DELETE', '/v1/payment_intents/pi_1', {}, 404, undefined],
])(
  'When %s %s is sent with %j, then the refusal is %i in the shape of Stripe',
  async (method, path, params, status, code) => {
    const sandbox = await useSandbox();
    const response =
      method === 'POST'
        ? await postForm(`${sandbox.url}${path}`, params)
        : await fetch(`${sandbox.url}${path}`, { method });
    expect(response.status).toBe(status);
    const body: unknown = await response.json();
    expect(body).toMatchObject({ error: { type: 'invalid_request_error', message: expect.any(String) } });
    if (code !== undefined) expect(body).toMatchObject({ error: { code } });
  },
);

test('When the token is unknown, then the error names the parameter as Stripe does', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create(order);
  expect(await stripeErrorOf(stripe.paymentIntents.confirm(id, byToken('tok_x')))).toMatchObject({
    type: 'StripeInvalidRequestError',
    statusCode: 400,
    code: 'resource_missing',
    message: "No such token: 'tok_x'",
    param: 'payment_method_data[card][token]',
  });
  expect(await stripeErrorOf(stripe.paymentIntents.confirm(id, { payment_method: 'tok_visa' }))).toMatchObject({
    code: 'resource_missing',
    message: "No such PaymentMethod: 'tok_visa'",
  });
  expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
    status: 'requires_payment_method',
    latest_charge: null,
  });
});

test('When a payment method without a customer is used a second time, then it is refused', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  await stripe.paymentIntents.create({ ...order, payment_method: method.id, confirm: true });
  const again = stripe.paymentIntents.create({ ...order, payment_method: method.id, confirm: true });
  expect(await stripeErrorOf(again)).toMatchObject({
    statusCode: 400,
    message: expect.stringMatching(/may not be used again/),
  });
  expect((await stripe.charges.list()).data).toHaveLength(1);
});

test.each([
  ['usd', 49, 'amount_too_small', 'Amount must be at least $0.50 usd'],
  ['usd', 50, undefined, undefined],
  ['usd', 99_999_999, undefined, undefined],
  ['usd', 100_000_000, 'amount_too_large', 'Amount must be no more than $999999.99 usd'],
  ['gbp', 30, undefined, undefined],
  ['huf', 17_499, 'amount_too_small', 'Amount must be at least 175.00 huf'],
  ['jpy', 49, 'amount_too_small', 'Amount must be at least 50 jpy'],
  ['jpy', 50, undefined, undefined],
  ['kwd', 12_345, 'parameter_invalid_integer', 'Invalid amount: amounts in kwd must be evenly divisible by 10.'],
  ['kwd', 12_340, undefined, undefined],
])('When the amount in %s is %i, then the error is %s', async (currency, amount, code, message) => {
  const { stripe } = await useSandbox();
  const created = stripe.paymentIntents.create({ ...visa, amount, currency, confirm: true });
  if (code === undefined) expect(await created).toMatchObject({ status: 'succeeded', amount_received: amount });
  else expect(await stripeErrorOf(created)).toMatchObject({ statusCode: 400, code, message, param: 'amount' });
});

test('When STRICT_RETURN_URL is set, then a confirmation that might redirect needs a return_url', async () => {
  const strict = await useSandbox({ STRICT_RETURN_URL: 'true' });
  const { stripe } = strict;
  expect(await stripeErrorOf(stripe.paymentIntents.create({ ...order, ...visa, confirm: true }))).toMatchObject({
    message: expect.stringMatching(/return_url/),
  });
  const paid = { ...order, ...visa, confirm: true } as const;
  const types = { allowed_payment_method_types: ['card' as const] };
  expect(await stripe.paymentIntents.create({ ...paid, ...types })).toMatchObject({
    status: 'succeeded',
    automatic_payment_methods: null,
    ...types,
  });
  const never = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const } };
  expect(await stripe.paymentIntents.create({ ...paid, ...never })).toMatchObject({ status: 'succeeded' });
  expect(await stripeErrorOf(stripe.paymentIntents.create({ ...paid, ...never, ...types }))).toMatchObject({
    param: 'allowed_payment_method_types',
  });
});

test('When a key is set, then only that key can read and charge; a publishable key can only create payment methods', async () => {
  const sandbox = await useSandbox({ STRIPE_KEY: 'sk_test_right' });
  const { url } = sandbox;
  expect(await stripeErrorOf(sdk(url, { key: 'sk_test_wrong' }).charges.list())).toMatchObject({
    type: 'StripeAuthenticationError',
    statusCode: 401,
  });
  expect((await fetch(`${url}/v1/charges`)).status).toBe(401);
  expect((await sdk(url, { key: 'sk_test_right' }).charges.list()).data).toEqual([]);
  const basic = { authorization: `Basic ${Buffer.from('sk_test_right:').toString('base64')}` };
  expect((await fetch(`${url}/v1/charges`, { headers: basic })).status).toBe(200);
  const page = sdk(url, { key: 'pk_test_page' });
  expect(await page.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })).toMatchObject({
    type: 'card',
  });
  expect(await stripeErrorOf(page.charges.list())).toMatchObject({ statusCode: 401, code: 'secret_key_required' });
});

test('When no key is set, then the API can be read without one', async () => {
  const sandbox = await useSandbox();
  const response = await fetch(`${sandbox.url}/v1/charges`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ object: 'list', data: [], has_more: false, url: '/v1/charges' });
});

test.each([
  [{ number: '4242 4242 4242 4241' }, 'incorrect_number', 'number'],
  [{ number: '4242' }, 'incorrect_number', 'number'],
  [{ number: '4111111111111111' }, 'card_declined', 'number'],
  [{ exp_month: '13' }, 'invalid_expiry_month', 'exp_month'],
  [{ exp_year: '2020' }, 'invalid_expiry_year', 'exp_year'],
  [{ exp_year: 'soon' }, 'invalid_expiry_year', 'exp_year'],
  [{ cvc: '12' }, 'invalid_cvc', 'cvc'],
])('When the typed card has %j, then it is a card error %s about %s', async (wrong, code, param) => {
  const sandbox = await useSandbox();
  const card = { number: '4242424242424242', exp_month: '12', exp_year: '34', cvc: '123', ...wrong };
  const response = await postForm(
    `${sandbox.url}/v1/payment_methods`,
    Object.fromEntries([['type', 'card'], ...Object.entries(card).map(([key, value]) => [`card[${key}]`, value])]),
    { authorization: 'Bearer pk_test_page' },
  );
  expect(response.status).toBe(402);
  expect(await response.json()).toMatchObject({ error: { type: 'card_error', code, param } });
});

test('When the body is too large, not a form or malformed, then the response has the error shape of Stripe', async () => {
  const sandbox = await useSandbox();
  const url = `${sandbox.url}/v1/payment_intents`;
  const json = await fetch(url, {
    method: 'POST',
    body: '{"amount":1}',
    headers: { 'content-type': 'application/json' },
  });
  expect(json.status).toBe(400);
  expect(await json.json()).toMatchObject({ error: { message: expect.stringMatching(/content type/) } });
  const large = await postForm(url, { description: 'x'.repeat(200_000) });
  expect(large.status).toBe(413);
  expect(await large.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  const proto = await postForm(url, {
    amount: '500',
    currency: 'usd',
    'metadata[__proto__]': 'x',
    'metadata[constructor]': 'y',
    'metadata[0]': 'z',
  });
  expect(proto.status).toBe(200);
  expect(await proto.json()).toMatchObject({ metadata: { constructor: 'y', '0': 'z' } });
  const badCharset = await fetch(url, {
    method: 'POST',
    body: 'amount=500',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=klingon' },
  });
  expect(badCharset.status).toBe(415);
});

test('When the probes and the account are requested, then each returns 200', async () => {
  const sandbox = await useSandbox();
  for (const path of ['/healthz', '/readyz']) expect((await fetch(`${sandbox.url}${path}`)).status).toBe(200);
  expect(await sandbox.stripe.accounts.retrieveCurrent()).toMatchObject({ object: 'account', id: 'acct_sandbox' });
});

test('When a connection has sent no request, then stopping does not wait for it', async () => {
  const sandbox = await openSandbox();
  const { port, hostname } = new URL(sandbox.url);
  const silent = connect(Number(port), hostname);
  await once(silent, 'connect');
  await fetch(`${sandbox.url}/healthz`);
  const closed = once(silent, 'close');
  const start = performance.now();
  await sandbox.close();
  expect(performance.now() - start).toBeLessThan(2_000);
  await closed;
});
