import { expect, test } from '@jest/globals';
import { byToken, postForm, stripeErrorOf, useSandbox } from './test/harness.ts';

const order = { amount: 1999, currency: 'usd', metadata: { orderId: 'o1' } } as const;
const returnUrl = 'http://localhost:3000/orders/o1?from=bank';

type Sandbox = Awaited<ReturnType<typeof useSandbox>>;

/** A PaymentIntent that waits for its cardholder, and its bank page. */
const begin = async (sandbox: Sandbox, token = 'tok_threeDSecure2Required') => {
  const intent = await sandbox.stripe.paymentIntents.create({
    ...order,
    ...byToken(token),
    confirm: true,
    return_url: returnUrl,
  });
  return { intent, url: intent.next_action?.redirect_to_url?.url ?? '' };
};

const submit = (url: string, outcome: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  postForm(url, { outcome }, headers, 'manual');

const wayBack = (response: Response): URL => new URL(response.headers.get('location') ?? '');

const chargesOf = async ({ stripe }: Sandbox, intent: string) =>
  (await stripe.charges.list({ payment_intent: intent })).data;

test('When a card needs 3-D Secure, then the PaymentIntent waits for the bank page, and nothing is charged', async () => {
  const sandbox = await useSandbox();
  const { intent, url } = await begin(sandbox);
  expect(intent).toMatchObject({
    status: 'requires_action',
    latest_charge: null,
    last_payment_error: null,
    next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl } },
  });
  expect(url.startsWith(`${sandbox.url}/`)).toBe(true);
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("form-action 'self' http://localhost:3000;");
  expect(policy).not.toContain('unsafe');
  const html = await response.text();
  for (const text of ['$19.99 usd', '•••• 3220', '>Complete<', '>Fail<']) expect(html).toContain(text);
  expect(html).not.toContain('<script');
  expect(await sandbox.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_action' });
  expect(await chargesOf(sandbox, intent.id)).toEqual([]);
});

test('When the cardholder completes, then the card is charged once, and both submissions of a double click lead back', async () => {
  const sandbox = await useSandbox();
  const { intent, url } = await begin(sandbox);
  const responses = await Promise.all([submit(url, 'complete'), submit(url, 'complete'), submit(url, 'fail')]);
  for (const response of responses) {
    expect(response.status).toBe(303);
    const back = wayBack(response);
    expect(`${back.origin}${back.pathname}`).toBe('http://localhost:3000/orders/o1');
    expect(Object.fromEntries(back.searchParams)).toEqual({
      from: 'bank',
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: 'succeeded',
    });
  }
  expect(await sandbox.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
    status: 'succeeded',
    next_action: null,
    amount_received: 1999,
  });
  expect(await chargesOf(sandbox, intent.id)).toMatchObject([
    {
      status: 'succeeded',
      metadata: { orderId: 'o1' },
      payment_method_details: { card: { three_d_secure: { result: 'authenticated' } } },
    },
  ]);
  const over = await fetch(url);
  expect(over.status).toBe(410);
  expect(await over.text()).toContain('already confirmed');
});

test('When the cardholder fails, then nothing is charged, the error says why, and another card can pay', async () => {
  const sandbox = await useSandbox();
  const { intent, url } = await begin(sandbox);
  expect(wayBack(await submit(url, 'fail')).searchParams.get('redirect_status')).toBe('failed');
  expect(await sandbox.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
    status: 'requires_payment_method',
    next_action: null,
    payment_method: null,
    latest_charge: null,
    last_payment_error: {
      code: 'payment_intent_authentication_failure',
      type: 'invalid_request_error',
      payment_method: { card: { last4: '3220' } },
    },
  });
  expect(await chargesOf(sandbox, intent.id)).toEqual([]);
  expect(wayBack(await submit(url, 'complete')).searchParams.get('redirect_status')).toBe('failed');
  expect(await chargesOf(sandbox, intent.id)).toEqual([]);
  expect(await sandbox.stripe.paymentIntents.confirm(intent.id, byToken('tok_visa'))).toMatchObject({
    status: 'succeeded',
    last_payment_error: null,
  });
});

test('When the bank declines after the authentication, then the buyer is led back and the charge has failed', async () => {
  const sandbox = await useSandbox();
  const { intent, url } = await begin(sandbox, 'tok_threeDSecureRequiredChargeDeclined');
  expect(wayBack(await submit(url, 'complete')).searchParams.get('redirect_status')).toBe('failed');
  expect(await sandbox.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { code: 'card_declined' },
  });
  expect(await chargesOf(sandbox, intent.id)).toMatchObject([{ status: 'failed' }]);
});

test.each([
  ['cancelled', ({ stripe }: Sandbox, id: string) => stripe.paymentIntents.cancel(id), 'canceled'],
  [
    'confirmed with another card that needs 3-D Secure',
    ({ stripe }: Sandbox, id: string) =>
      stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_authenticationRequired', return_url: returnUrl }),
    'requires_action',
  ],
  [
    'paid with another card',
    ({ stripe }: Sandbox, id: string) => stripe.paymentIntents.confirm(id, byToken('tok_visa')),
    'succeeded',
  ],
  [
    'changed',
    ({ stripe }: Sandbox, id: string) => stripe.paymentIntents.update(id, { amount: 2500 }),
    'requires_confirmation',
  ],
])(
  'When a PaymentIntent that waits for its cardholder is %s, then its page is over and changes nothing',
  async (_what, act, status) => {
    const sandbox = await useSandbox();
    const { intent, url } = await begin(sandbox);
    expect(await act(sandbox, intent.id)).toMatchObject({ status });
    const before = await chargesOf(sandbox, intent.id);
    expect((await fetch(url)).status).toBe(410);
    for (const outcome of ['complete', 'fail']) expect((await submit(url, outcome)).status).toBe(410);
    expect(await sandbox.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status });
    expect(await chargesOf(sandbox, intent.id)).toEqual(before);
  },
);

test('When no return_url is given, then the SDK has to act, and the page ends there', async () => {
  const sandbox = await useSandbox();
  const body = await sandbox.stripe.paymentIntents.create({
    ...order,
    payment_method: 'pm_card_threeDSecure2Required',
    confirm: true,
  });
  expect(body).toMatchObject({
    status: 'requires_action',
    next_action: { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } },
  });
  const url = String(body.next_action?.use_stripe_sdk?.['stripe_js']);
  const response = await submit(url, 'complete');
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('You can close this page.');
});

test('When the caller does not handle 3-D Secure, then the card is refused as at Stripe', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const card = { ...order, payment_method: 'pm_card_threeDSecure2Required', confirm: true } as const;
  const refused = await stripeErrorOf(stripe.paymentIntents.create({ ...card, error_on_requires_action: true }));
  expect(refused).toMatchObject({
    statusCode: 402,
    code: 'authentication_required',
    decline_code: 'authentication_not_handled',
    payment_intent: { status: 'requires_payment_method', last_payment_error: { code: 'authentication_required' } },
  });
  expect((await stripe.charges.list()).data).toEqual([]);
  expect(await stripeErrorOf(stripe.paymentIntents.create({ ...card, off_session: true }))).toMatchObject({
    statusCode: 402,
    code: 'authentication_required',
    decline_code: 'authentication_required',
  });
  expect((await stripe.charges.list()).data).toMatchObject([
    { status: 'failed', failure_code: 'authentication_required' },
  ]);
});

test('When a confirmation of a card with 3-D Secure is repeated with its key, then the same page is returned', async () => {
  const sandbox = await useSandbox();
  const call = () =>
    sandbox.stripe.paymentIntents.create(
      { ...order, payment_method: 'pm_card_threeDSecure2Required', confirm: true, return_url: returnUrl },
      { idempotencyKey: 'k1' },
    );
  expect((await call()).next_action).toEqual((await call()).next_action);
});

test.each(['javascript:alert(1)', 'shop', 'ftp://shop.example/'])(
  'When the return_url is %s, then it is refused',
  async (url) => {
    const sandbox = await useSandbox();
    const response = await postForm(`${sandbox.url}/v1/payment_intents`, {
      amount: '1999',
      currency: 'usd',
      payment_method: 'pm_card_threeDSecure2Required',
      confirm: 'true',
      return_url: url,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'url_invalid', param: 'return_url' } });
  },
);

test('When another site submits the page, or the form is wrong, then it is refused and nothing changes', async () => {
  const sandbox = await useSandbox();
  const { intent, url } = await begin(sandbox);
  const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  expect((await submit(url, 'complete', foreign)).status).toBe(403);
  expect((await submit(url, 'maybe')).status).toBe(400);
  expect((await submit(`${sandbox.url}/bank/pi_none/x`, 'complete')).status).toBe(404);
  expect(await sandbox.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_action' });
});

test('When SANDBOX_URL is set, then the page has that address', async () => {
  const sandbox = await useSandbox({ SANDBOX_URL: 'http://sandbox.localhost:4242/' });
  expect((await begin(sandbox)).url).toMatch(/^http:\/\/sandbox\.localhost:4242\/bank\/pi_/);
});
