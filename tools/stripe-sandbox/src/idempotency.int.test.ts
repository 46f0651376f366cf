import { expect, test } from '@jest/globals';
import { postForm, sdk, stripeErrorOf, useSandbox } from './test/harness.ts';

const order = { amount: '1999', currency: 'usd', 'metadata[orderId]': 'o1' };
const paid = { ...order, payment_method: 'pm_card_visa', confirm: 'true' };

const send = async (url: string, params: Readonly<Record<string, string>>, key: string) => {
  const response = await postForm(url, params, { 'idempotency-key': key });
  const { status, headers } = response;
  return {
    status,
    text: await response.text(),
    replayed: headers.get('idempotent-replayed'),
    original: headers.get('original-request'),
    requestId: headers.get('request-id'),
  };
};

test('When a call is repeated with its key, then the first response is replayed, byte for byte, and nothing is charged', async () => {
  const sandbox = await useSandbox();
  const url = `${sandbox.url}/v1/payment_intents`;
  const first = await send(url, paid, 'k1');
  const second = await send(url, paid, 'k1');
  expect(first).toMatchObject({ status: 200, replayed: null, original: first.requestId });
  expect(second).toMatchObject({ status: 200, replayed: 'true', original: first.requestId, text: first.text });
  expect(second.requestId).not.toBe(first.requestId);
  expect((await sandbox.stripe.charges.list()).data).toHaveLength(1);
});

test('When a decline is repeated with its key, then the decline is replayed and the card is not charged again', async () => {
  const sandbox = await useSandbox();
  const url = `${sandbox.url}/v1/payment_intents`;
  const declined = { ...paid, payment_method: 'pm_card_chargeDeclined' };
  const first = await send(url, declined, 'k1');
  expect(first.status).toBe(402);
  expect(await send(url, declined, 'k1')).toMatchObject({ status: 402, text: first.text, replayed: 'true' });
  expect((await sandbox.stripe.charges.list()).data).toHaveLength(1);
});

test('When a refund is repeated with its key, then there is one refund', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
  });
  const refund = () => stripe.refunds.create({ payment_intent: id }, { idempotencyKey: 'refund:o1' });
  const { id: refundId } = await refund();
  expect((await refund()).id).toBe(refundId);
  expect((await stripe.refunds.list()).data).toHaveLength(1);
});

test('When a key is used with other parameters or another route, then the call is refused and changes nothing', async () => {
  const sandbox = await useSandbox();
  const url = `${sandbox.url}/v1/payment_intents`;
  await send(url, order, 'k1');
  for (const [where, params] of [
    [url, { ...order, amount: '2000' }],
    [`${sandbox.url}/v1/payment_methods`, { type: 'card', 'card[token]': 'tok_visa' }],
  ] as const) {
    const other = await send(where, params, 'k1');
    expect(other).toMatchObject({ status: 400, replayed: null });
    expect(JSON.parse(other.text)).toMatchObject({ error: { type: 'idempotency_error' } });
  }
  expect((await sandbox.stripe.paymentIntents.list()).data).toHaveLength(1);
});

test('When the parameters are invalid, then the key can be used again', async () => {
  const sandbox = await useSandbox();
  const url = `${sandbox.url}/v1/payment_intents`;
  expect(await send(url, { ...order, amount: 'much' }, 'k1')).toMatchObject({ status: 400 });
  expect(await send(url, order, 'k1')).toMatchObject({ status: 200, replayed: null });
});

test('When the token is unknown, then the refusal is stored for the key, since the command had run', async () => {
  const sandbox = await useSandbox();
  const url = `${sandbox.url}/v1/payment_intents`;
  const params = { ...order, 'payment_method_data[type]': 'card', 'payment_method_data[card][token]': 'tok_x' };
  const first = await send(url, params, 'k1');
  expect(first.status).toBe(400);
  expect(await send(url, params, 'k1')).toMatchObject({ status: 400, replayed: 'true', text: first.text });
});

test('When a call with the key is in progress, then a second one gets 409, and the SDK gets the response by retrying', async () => {
  const sandbox = await useSandbox();
  const url = `${sandbox.url}/v1/payment_intents`;
  await sandbox.behave({ delayMs: 1_000 });
  const [first, second] = await Promise.all([send(url, paid, 'k1'), send(url, paid, 'k1')]);
  const [winner, loser] = first.status === 200 ? [first, second] : [second, first];
  expect(winner.status).toBe(200);
  expect(loser.status).toBe(409);
  expect(JSON.parse(loser.text)).toMatchObject({ error: { code: 'idempotency_key_in_use' } });

  await sandbox.behave({ delayMs: 200 });
  const retrying = sdk(sandbox.url, { retries: 5 });
  const pay = () =>
    retrying.paymentIntents.create(
      { amount: 500, currency: 'usd', payment_method: 'pm_card_visa', confirm: true },
      { idempotencyKey: 'k2' },
    );
  const [one, two] = await Promise.all([pay(), pay()]);
  expect(one.id).toBe(two.id);
  expect((await sandbox.stripe.charges.list()).data).toHaveLength(2);
});

test('When the key is longer than Stripe allows, then it is refused', async () => {
  const sandbox = await useSandbox();
  const call = sandbox.stripe.paymentIntents.create(
    { amount: 500, currency: 'usd' },
    { idempotencyKey: 'k'.repeat(256) },
  );
  expect(await stripeErrorOf(call)).toMatchObject({ statusCode: 400 });
});
