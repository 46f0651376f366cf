import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { testCards } from './domain/test-cards.ts';
import { postForm, until, useSandbox } from './test/harness.ts';
import { problemsOf, schemas } from './test/openapi.ts';

/** Recorded from Stripe's own OpenAPI document by test/record-schemas.ts. */
const recorded = z
  .object({ version: z.string(), schemas })
  .parse(JSON.parse(await readFile(new URL('test/stripe-schemas.json', import.meta.url), 'utf8')));

const check = (name: string, value: unknown): readonly string[] =>
  problemsOf(recorded.schemas, { $ref: `#/${name}` }, value, name);

const errorOf = (body: unknown): unknown => z.object({ error: z.unknown() }).parse(body).error;

const bankPageOf = (body: unknown): string =>
  z.object({ next_action: z.object({ redirect_to_url: z.object({ url: z.string() }) }) }).parse(body).next_action
    .redirect_to_url.url;

const idOf = (body: unknown): string => z.object({ id: z.string() }).parse(body).id;

test("When the sandbox returns an object, then it has the members and types of Stripe's OpenAPI document", async () => {
  const sandbox = await useSandbox();
  const post = async (path: string, params: Readonly<Record<string, string>> = {}): Promise<unknown> =>
    (await postForm(`${sandbox.url}${path}`, params)).json();
  const get = async (path: string): Promise<unknown> => (await fetch(`${sandbox.url}${path}`)).json();
  const problems = new Set<string>();
  const note = (name: string, value: unknown) => check(name, value).forEach((problem) => problems.add(problem));

  const open = { amount: '1999', currency: 'usd', 'metadata[orderId]': 'o1' };
  for (const card of testCards) {
    const body = await post('/v1/payment_intents', {
      ...open,
      payment_method: `pm_card_${card.names[0]}`,
      confirm: 'true',
      'expand[0]': 'latest_charge',
      'expand[1]': 'payment_method',
    });
    if (card.decline === undefined || card.requiresAuthentication) note('payment_intent', body);
    else note('api_errors', errorOf(body));
  }
  note('payment_intent', await post('/v1/payment_intents', open));
  note('payment_intent', await post('/v1/payment_intents', { ...open, 'allowed_payment_method_types[]': 'card' }));
  const dead = idOf(await post('/v1/payment_intents', open));
  note('payment_intent', await post(`/v1/payment_intents/${dead}/cancel`, { cancellation_reason: 'duplicate' }));
  note('api_errors', errorOf(await post(`/v1/payment_intents/${dead}/confirm`, { payment_method: 'pm_card_visa' })));
  note('api_errors', errorOf(await get('/v1/payment_intents/pi_none')));
  const method = await post('/v1/payment_methods', {
    type: 'card',
    'card[number]': '4242424242424242',
    'card[exp_month]': '12',
    'card[exp_year]': '44',
    'billing_details[name]': 'A. Buyer',
    'billing_details[address][postal_code]': '10115',
  });
  note('payment_method', method);
  for (const outcome of ['complete', 'fail']) {
    const asked = await post('/v1/payment_intents', {
      ...open,
      payment_method: 'pm_card_threeDSecure2Required',
      confirm: 'true',
      return_url: 'https://tickets.example/orders/1',
    });
    note('payment_intent', asked);
    await postForm(bankPageOf(asked), { outcome }, {}, 'manual');
  }
  const unhandled = { ...open, payment_method: 'pm_card_threeDSecure2Required', confirm: 'true' };
  for (const unready of ['error_on_requires_action', 'off_session']) {
    note('api_errors', errorOf(await post('/v1/payment_intents', { ...unhandled, [unready]: 'true' })));
  }
  const { id } = z
    .object({ id: z.string() })
    .parse(await post('/v1/payment_intents', { ...open, payment_method: idOf(method), confirm: 'true' }));
  note('refund', await post('/v1/refunds', { payment_intent: id, 'expand[]': 'charge', reason: 'duplicate' }));
  const later = async (card: string): Promise<string> =>
    idOf(await post('/v1/payment_intents', { ...open, payment_method: card, confirm: 'true' }));
  await post('/v1/refunds', { payment_intent: await later('pm_card_refundFail') });
  note('refund', await post('/v1/refunds', { payment_intent: await later('pm_card_pendingRefund') }));
  const disputed = await later('pm_card_createDispute');
  await until(async () => (await sandbox.stripe.events.list({ type: 'refund.failed' })).data.length === 1);
  await until(async () => (await sandbox.stripe.disputes.list({ payment_intent: disputed })).data.length === 1);
  note('api_errors', errorOf(await post('/v1/refunds', { payment_intent: disputed })));
  const account = await post('/v1/accounts', { type: 'express', country: 'DE', email: 'seller@example.com' });
  note('account', account);
  const link = await post('/v1/account_links', {
    account: idOf(account),
    type: 'account_onboarding',
    return_url: 'https://tickets.example/payouts',
    refresh_url: 'https://tickets.example/payouts',
  });
  note('account_link', link);
  await postForm(z.object({ url: z.string() }).parse(link).url, { outcome: 'complete' }, {}, 'manual');
  const transfer = idOf(await post('/v1/transfers', { amount: '900', currency: 'usd', destination: idOf(account) }));
  note('transfer_reversal', await post(`/v1/transfers/${transfer}/reversals`, { amount: '100' }));
  for (const [list, name] of [
    ['charges', 'charge'],
    ['payment_intents', 'payment_intent'],
    ['refunds', 'refund'],
    ['events', 'event'],
    ['accounts', 'account'],
    ['transfers', 'transfer'],
    [`transfers/${transfer}/reversals`, 'transfer_reversal'],
    ['disputes', 'dispute'],
    ['balance_transactions', 'balance_transaction'],
  ] as const) {
    const { data } = z.object({ data: z.array(z.unknown()) }).parse(await get(`/v1/${list}?limit=100`));
    expect(data.length).toBeGreaterThan(0);
    for (const each of data) note(name, each);
  }
  expect([...problems]).toEqual([]);

  // Tests the check itself: it finds a wrong type, an unknown member, a missing one and a wrong value.
  const charge = z.record(z.string(), z.unknown()).parse(await get(`/v1/charges?limit=1`))['data'];
  const [sample] = z.array(z.record(z.string(), z.unknown())).parse(charge);
  const { amount, ...rest } = { amount: undefined, ...sample };
  expect(check('charge', { ...rest, strange: amount, status: 'paid', currency: 5 }).toSorted()).toEqual([
    'charge.amount: is missing',
    'charge.currency: number instead of string',
    'charge.status: "paid" is not one of its values',
    'charge.strange: is unknown',
  ]);
});
