import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { createLogger } from '@ticketing/common/service';
import { eventually } from '@ticketing/common/testing';
import { openSandbox, webhookSecret } from '../../test/sandbox.ts';
import { stripeItself } from '../../test/stripe-itself.ts';
import { createAccountGateway, type AccountGateway } from './accounts.ts';
import { openStripe, type StripeClient } from './client.ts';
import { createStripeGateway, type PaymentGateway } from './gateway.ts';
import { createTransferGateway, type TransferGateway } from './transfers.ts';

// The product's gateways against the sandbox and, with a test key in STRIPE_KEY, against Stripe itself: the same cases, so
// that the sandbox cannot drift away from Stripe unnoticed. Stripe keeps the payments and the account that they make.

interface World {
  readonly title: string;
  readonly open: () => Promise<{ readonly key: string; readonly host?: string; readonly close: () => Promise<void> }>;
  /** Of the pages of banks. */
  readonly bankHost: RegExp;
  readonly onboardingHost: RegExp;
}

const sandboxWorld: World = {
  title: 'On the sandbox:',
  open: async () => {
    const sandbox = await openSandbox();
    return { key: 'sk_test_sandbox', host: sandbox.url, close: () => sandbox.close() };
  },
  bankHost: /^127\.0\.0\.1$/,
  onboardingHost: /^127\.0\.0\.1$/,
};
const stripeWorld = (key: string): World => ({
  title: 'On Stripe itself:',
  open: () => Promise.resolve({ key, close: () => Promise.resolve() }),
  bankHost: /\.stripe\.com$/,
  onboardingHost: /^connect\.stripe\.com$/,
});

const price = 1999;
const callTimeoutMs = 20_000;
/** Stripe opens and decides disputes, and lists events, some seconds later. */
const laterMs = 60_000;
jest.setTimeout(150_000);

const deadline = () => performance.now() + callTimeoutMs;
const attemptWith = (token: string) => ({
  orderId: newId(),
  number: 1,
  amount: price,
  currency: 'usd',
  token,
  intentId: undefined,
});

const itself = stripeItself(process.env);

describe.each(itself.key === undefined ? [sandboxWorld] : [sandboxWorld, stripeWorld(itself.key)])(
  '$title',
  ({ open, bankHost, onboardingHost }) => {
    let close: (() => Promise<void>) | undefined;
    let stripe: StripeClient['stripe'];
    let gateway: PaymentGateway;
    let accounts: AccountGateway;
    let transfers: TransferGateway;

    beforeAll(async () => {
      const { key, host, close: end } = await open();
      close = end;
      const logger = createLogger({
        service: 'payments',
        level: 'warn',
        write: (line) => host === undefined && process.stderr.write(line),
      });
      const metrics = { attemptsRefused: { inc: () => undefined }, stripeKeyRefused: { inc: () => undefined } };
      const client = openStripe({ key, host, callTimeoutMs }, logger, metrics);
      ({ stripe } = client);
      // Without the gateways, which retry: a key that Stripe does not know, or no network, is reported at once.
      await stripe.events.list({ limit: 1 });
      const returnUrl = 'https://tickets.example/orders';
      const settings = { webhookSecrets: [webhookSecret], returnUrl: () => returnUrl };
      gateway = createStripeGateway(client, settings, metrics);
      accounts = createAccountGateway(client, returnUrl);
      transfers = createTransferGateway(client);
    });
    afterAll(() => close?.());

    const paid = async (token: string) => {
      const attempt = attemptWith(token);
      const result = await gateway.tryCard(attempt, deadline());
      if (result.kind !== 'paid') throw new Error(`not paid: ${JSON.stringify(result)}`);
      return { attempt, orderId: attempt.orderId, intentId: result.intentId, number: 1, transferGroup: undefined };
    };
    const chargesOf = async (intentId: string) => (await stripe.charges.list({ payment_intent: intentId })).data;
    const readMoney = async (payment: Awaited<ReturnType<typeof paid>>) => {
      const money = await gateway.readMoney(payment, deadline());
      if (money === undefined) throw new Error('Stripe does not respond');
      return money;
    };

    test('When the card is good, then it is charged once, also when the call is repeated', async () => {
      const { attempt, intentId } = await paid('tok_visa');
      expect(await gateway.tryCard(attempt, deadline())).toEqual({ kind: 'paid', intentId });
      expect(await gateway.blockAttempt(attempt, deadline())).toEqual({ kind: 'too-late' });
      expect(await gateway.readIntent(intentId, deadline())).toEqual({ status: 'succeeded' });
      expect(await gateway.cancelIntent(intentId, deadline())).toBe('paid');
      expect(await chargesOf(intentId)).toMatchObject([{ paid: true, amount: price, currency: 'usd' }]);
      const created = { from: new Date(Date.now() - 600_000), to: new Date(Date.now() + 600_000) };
      await eventually(
        async () =>
          expect(await gateway.findIntent(attempt.orderId, created, deadline())).toEqual({
            kind: 'found',
            id: intentId,
          }),
        laterMs,
      );
    });

    test('When the card is declined, then its message is returned, and another card pays by the same PaymentIntent', async () => {
      const attempt = attemptWith('tok_chargeDeclinedInsufficientFunds');
      const result = await gateway.tryCard(attempt, deadline());
      expect(result).toEqual({
        kind: 'declined',
        intentId: expect.stringMatching(/^pi_/),
        decline: {
          message: 'Your card has insufficient funds.',
          declineCode: 'insufficient_funds',
          chargeId: expect.stringMatching(/^ch_/),
        },
      });
      if (result.kind !== 'declined' || result.intentId === undefined) throw new Error('no PaymentIntent');
      const { intentId, decline } = result;
      expect(await gateway.readIntent(intentId, deadline())).toEqual({ status: 'open', decline });
      const next = { ...attempt, number: 2, token: 'pm_card_visa', intentId };
      expect(await gateway.tryCard(next, deadline())).toEqual({ kind: 'paid', intentId });
      expect(await gateway.tryCard({ ...next, number: 3 }, deadline())).toEqual({ kind: 'unknown' });
      expect((await chargesOf(intentId)).map((charge) => charge.paid)).toEqual([true, false]);
    });

    test.each(['tok_nobody', 'pm_nobody'])(
      'When Stripe does not know the token %s, then no card is tried',
      async (token) => {
        expect(await gateway.tryCard(attemptWith(token), deadline())).toMatchObject({ kind: 'unknown-token' });
      },
    );

    test('When the amount is too small, then it is refused', async () => {
      const attempt = { ...attemptWith('tok_visa'), amount: 1 };
      expect(await gateway.tryCard(attempt, deadline())).toMatchObject({ kind: 'refused' });
    });

    test('When an attempt was blocked, then its call charges nothing any more, and the next one pays', async () => {
      const attempt = attemptWith('tok_visa');
      const blocked = await gateway.blockAttempt(attempt, deadline());
      expect(blocked).toEqual({ kind: 'not-made', id: expect.stringMatching(/^pi_/) });
      expect(await gateway.tryCard(attempt, deadline())).toEqual({ kind: 'unknown' });
      if (blocked.kind !== 'not-made' || blocked.id === undefined) throw new Error('no PaymentIntent');
      expect(await chargesOf(blocked.id)).toEqual([]);
      const next = { ...attempt, number: 2, intentId: blocked.id };
      expect(await gateway.tryCard(next, deadline())).toEqual({ kind: 'paid', intentId: blocked.id });
    });

    test('When the bank wants a confirmation (3-D Secure), then its page is returned, and a cancellation ends it', async () => {
      const attempt = attemptWith('tok_threeDSecure2Required');
      const result = await gateway.tryCard(attempt, deadline());
      expect(result).toEqual({ kind: 'action', intentId: expect.any(String), url: expect.any(String) });
      if (result.kind !== 'action') throw new Error('no confirmation');
      expect(new URL(result.url).hostname).toMatch(bankHost);
      expect(await gateway.tryCard(attempt, deadline())).toEqual(result);
      expect(await gateway.readIntent(result.intentId, deadline())).toEqual({
        status: 'action',
        actionUrl: expect.stringMatching(/^https?:/),
      });
      expect(await gateway.cancelIntent(result.intentId, deadline())).toBe('canceled');
      expect(await gateway.cancelIntent(result.intentId, deadline())).toBe('canceled');
      expect(await chargesOf(result.intentId)).toEqual([]);
    });

    test('When a payment is refunded, then all of it goes back, once', async () => {
      const payment = await paid('tok_visa');
      expect(await gateway.refund(payment, deadline())).toBe('made');
      expect(await gateway.refund(payment, deadline())).toBe('made');
      expect(await gateway.refund({ ...payment, number: 2 }, deadline())).toBe('nothing-left');
      expect(await readMoney(payment)).toMatchObject({
        refunds: [{ amount: price, status: 'succeeded', isOurs: true }],
        disputes: [],
        transfers: [],
      });
    });

    test('When a part was refunded in the dashboard, then it is read, listed as a change, and our refund returns the rest', async () => {
      const payment = await paid('tok_visa');
      const at = new Date(Date.now() - 600_000);
      const { id } = await stripe.refunds.create({ payment_intent: payment.intentId, amount: 500 });
      expect((await readMoney(payment)).refunds).toMatchObject([
        { id, amount: 500, status: 'succeeded', isOurs: false },
      ]);
      await eventually(async () => {
        const changed: (string | undefined)[] = [];
        for await (const { intentId } of gateway.listChanged(at)) changed.push(intentId);
        expect(changed).toContain(payment.intentId);
      }, laterMs);
      expect(await gateway.refund(payment, deadline())).toBe('made');
      expect((await readMoney(payment)).refunds.map(({ amount }) => amount)).toEqual([500, price - 500]);
    });

    test('When the holder of the card disputes the charge, then nothing can be refunded until the dispute is won', async () => {
      const payment = await paid('tok_createDispute');
      const dispute = async () => {
        const [first] = (await readMoney(payment)).disputes;
        if (first === undefined) throw new Error('no dispute yet');
        return first;
      };
      const { id } = await eventually(dispute, laterMs);
      expect(await dispute()).toMatchObject({ id, amount: price, status: 'needs_response', reason: 'fraudulent' });
      expect(await gateway.refund(payment, deadline())).toBe('disputed');
      await stripe.disputes.update(id, { evidence: { uncategorized_text: 'winning_evidence' } });
      await eventually(async () => expect(await dispute()).toMatchObject({ status: 'won' }), laterMs);
      expect(await gateway.refund({ ...payment, number: 2 }, deadline())).toBe('made');
    });

    test('When a seller sets up an account, then it is created once, has an onboarding page, and gets no transfer before', async () => {
      const user = { id: newId(), number: 1 };
      const accountId = await accounts.createAccount(user, deadline());
      expect(accountId).toMatch(/^acct_/);
      expect(await accounts.createAccount(user, deadline())).toBe(accountId);
      if (accountId === undefined) throw new Error('no account');
      const link = await accounts.createOnboardingLink(accountId, deadline());
      if (link === undefined || link === 'gone') throw new Error('no link');
      expect(new URL(link.url).hostname).toMatch(onboardingHost);
      expect(await accounts.createOnboardingLink('acct_1GoneGoneGoneGon', deadline())).toBe('gone');
      expect(await accounts.readAccount(accountId, deadline())).toBe('pending');
      const { orderId, intentId } = await paid('tok_visa');
      const transfer = { orderId, intentId, number: 1, amount: 1000, currency: 'usd', accountId };
      expect(await transfers.createTransfer(transfer, deadline())).toMatchObject({ kind: 'refused' });
      expect(await transfers.findTransfer(orderId, 1, deadline())).toBe('none');
    });
  },
);

if (itself.key === undefined)
  test.skip(`When the gateways use Stripe itself, then all of this holds there too (skipped: ${itself.reason})`, () =>
    undefined);

test.each(['sk_live_1', 'rk_live_1'])(
  'When STRIPE_KEY is %s, a live key, then the tests refuse to run with it',
  (key) => {
    expect(() => stripeItself({ STRIPE_KEY: key })).toThrow(/^STRIPE_KEY is a live key/);
    expect(() => stripeItself({ STRIPE_KEY: key })).not.toThrow(key);
  },
);

test.each([
  ['sk_test_1', 'sk_test_1'],
  ['rk_test_1', 'rk_test_1'],
  ['pk_test_1', undefined],
  ['', undefined],
])('When STRIPE_KEY is "%s", then Stripe itself is used with the key %s', (key, used) => {
  expect(stripeItself({ STRIPE_KEY: key }).key).toBe(used);
});
