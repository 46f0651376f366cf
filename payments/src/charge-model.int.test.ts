import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  orderCancelled,
  orderCreated,
  orderUpdated,
  type ChargeStatus,
  type OrderState,
} from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import { Database, newId } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { createTurnstile, modelRuns, openTestSystem, type TestSystem } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import type { Document } from 'mongodb';
import { handleWebhook } from './commands/handle-webhook.ts';
import { payOrder } from './commands/pay/pay-order.ts';
import { settleAbandonedAttempts } from './commands/reconcile/settle-abandoned-attempts.ts';
import { markUnmarkedRefunds } from './commands/refund/mark-unmarked-refunds.ts';
import { refundCancelledOrders } from './commands/refund/refund-cancelled-orders.ts';
import type { Deps } from './deps.ts';
import { attemptAbandonedMs } from './domain/payment.ts';
import { createStripeGateway, type PaymentGateway } from './gateways/stripe/gateway.ts';
import { createLocalPayments } from './memory/local-payments.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels } from './models/open-models.ts';
import type { PaymentDocument } from './models/payment.ts';
import { subscriptions } from './subscriptions.ts';
import { openSandbox, webhookSecret, type Sandbox } from './test/sandbox.ts';

// One order with concurrent requests of its buyer, its events in any order and number, workers, webhooks, and processes that
// die between any two calls of Stripe. The charge must be what the sequential model below says, and Stripe must agree.

let system: TestSystem;
let database: Database;
let sandbox: Sandbox;
let deps: Deps;
const turnstile = createTurnstile();
const clock = { ms: Date.now() };
const now = () => new Date(clock.ms);
const price = 1999;
const maxDeclines = 2;

const calls = ['createIntent', 'confirm', 'readIntent', 'cancelIntent', 'refund'] as const;
interface Death {
  readonly when: 'before' | 'after';
  readonly step: (typeof calls)[number];
}
/** The call of Stripe at which the next process dies. */
let death: Death | undefined;
let confirming = 0;
let mostConfirming = 0;

const through = async <T>(step: Death['step'], call: () => Promise<T>): Promise<T> => {
  const own = death?.step === step ? death : undefined;
  if (own !== undefined) death = undefined;
  if (own?.when === 'before') throw new Error('died');
  const result = await turnstile.pass(call);
  if (own?.when === 'after') throw new Error('died');
  return result;
};

/** Each call of Stripe waits for its turn, and its process may die before or after it. */
const killable = (real: PaymentGateway): PaymentGateway => {
  return {
    ...real,
    createIntent: (...args) => through('createIntent', () => real.createIntent(...args)),
    confirm: async (...args) => {
      confirming += 1;
      try {
        mostConfirming = Math.max(mostConfirming, confirming);
        return await through('confirm', () => real.confirm(...args));
      } finally {
        confirming -= 1;
      }
    },
    readIntent: (...args) => through('readIntent', () => real.readIntent(...args)),
    cancelIntent: (...args) => through('cancelIntent', () => real.cancelIntent(...args)),
    refund: (...args) => through('refund', () => real.refund(...args)),
  };
};

beforeAll(async () => {
  [system, sandbox] = await Promise.all([openTestSystem(), openSandbox()]);
  const logger = createLogger({ service: 'payments', level: 'silent' });
  database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: 'payments', logger });
  await database.prepare(collections);
  const metrics = openMetrics(new Metrics());
  const stripe = createStripeGateway(
    { key: 'sk_test_sandbox', webhookSecret, host: sandbox.url, callTimeoutMs: 9_000 },
    logger,
    metrics,
  );
  deps = {
    ...openModels({
      database: {
        collection: <Doc extends Document>(name: string) => turnstile.collection(database.collection<Doc>(name)),
      },
      // Events stay in the outbox, where the test reads them.
      relay: { register: () => undefined, publish: () => undefined },
      now,
      newId,
    }),
    now,
    gateway: killable(stripe),
    // A request that would wait for its order fails instead.
    orderSignals: { notify: () => undefined, wait: () => Promise.reject(new Error('waits for the order')) },
    localPayments: createLocalPayments(),
    metrics,
    timeoutMs: { buyer: 20_000, worker: 8_000 },
    waitForOrderMs: 2_000,
    maxDeclines,
  };
});
afterAll(async () => {
  await database.close();
  await system.close();
  await sandbox.close();
});

const tokens = ['tok_visa', 'tok_chargeDeclined', 'tok_unknown'] as const;
type Token = (typeof tokens)[number];

type Action =
  | { readonly pay: Token; readonly dies?: Death | undefined }
  /** Versions of the order, each delivered as its event; for a version that does not exist, the newest. */
  | { readonly deliver: readonly number[] }
  | { readonly work: 'settle' | 'refund'; readonly dies?: Death | undefined }
  | 'a webhook comes';

type Step =
  | Action
  | { readonly together: readonly Action[]; readonly picks: readonly number[] }
  | 'the order is confirmed'
  | 'the order is cancelled'
  /** Until an open attempt is abandoned and the lease of a worker is over. */
  | 'time passes'
  | 'the deadline passes';

const dies = fc.option(
  fc.record({ when: fc.constantFrom('before' as const, 'after' as const), step: fc.constantFrom(...calls) }),
  {
    nil: undefined,
    freq: 2,
  },
);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ pay: fc.constantFrom(...tokens), dies }) },
  { weight: 3, arbitrary: fc.record({ deliver: fc.array(fc.nat(3), { minLength: 1, maxLength: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ work: fc.constantFrom('settle' as const, 'refund' as const), dies }) },
  { weight: 1, arbitrary: fc.constant('a webhook comes' as const) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: action },
  {
    weight: 4,
    arbitrary: fc.record({
      together: fc.array(action, { minLength: 2, maxLength: 3 }),
      picks: fc.array(fc.nat(2), { maxLength: 12, size: 'max' }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'the order is confirmed' as const,
      'the order is cancelled' as const,
      'time passes' as const,
      'the deadline passes' as const,
    ),
  },
);

/** The model: the charge of an order in memory, changed by one action at a time. */
interface Charge {
  status: ChargeStatus | undefined;
  attempts: number;
  /** An attempt whose process has died, and what became of it at Stripe. */
  open: { readonly at: number; readonly outcome: 'paid' | 'declined' | 'none' } | undefined;
  /** The cancelled order is marked for refund. */
  isRefundDue: boolean;
}

const legalMoves: Readonly<Record<string, readonly string[]>> = {
  undefined: ['created'],
  created: ['created', 'completed', 'failed'],
  failed: ['completed'],
  completed: ['refunded'],
  refunded: [],
};

/** Every response that concurrent requests, or processes that die, may give. */
const responses =
  /^$|^paid$|waits for the order|has been cancelled|has expired|has failed|under way|declined|Unknown token|died|a repeat is safe|nothing was charged/;

const trace = { correlationId: 'test', traceId: '0'.repeat(32) };

/** Plays the steps on a new order, then delivers the remaining events, and compares with the model after each step. */
const play = async (steps: readonly Step[]): Promise<void> => {
  death = undefined;
  confirming = 0;
  mostConfirming = 0;
  const listeners = new Map(subscriptions(deps).map((listener) => [listener.subject, listener]));
  const id = newId();
  const made = newOrder({ id, price, expiresAt: new Date(clock.ms + 900_000).toISOString() });
  /** Every state of the order, by version. */
  const source: OrderState[] = [made];
  const newest = () => source.at(-1) ?? made;
  const delivered = new Set<number>();
  let copy: OrderState | undefined;
  const model: Charge = { status: undefined, attempts: 0, open: undefined, isRefundDue: false };

  const stored = () => database.collection<PaymentDocument>('payments').findOne({ _id: id });
  const ofOrder = <T extends { readonly metadata: Record<string, string> | null }>(list: readonly T[]): T[] =>
    list.filter(({ metadata }) => metadata?.['orderId'] === id);
  const atStripe = async () => {
    const { stripe } = sandbox;
    const [intents, charges, refunds] = await Promise.all([
      stripe.paymentIntents.list({ limit: 10 }),
      stripe.charges.list({ limit: 20 }),
      stripe.refunds.list({ limit: 10 }),
    ]);
    return { intents: ofOrder(intents.data), charges: ofOrder(charges.data), refunds: ofOrder(refunds.data) };
  };

  const receive = (state: OrderState) => {
    if (copy === undefined || state.version > copy.version) copy = state;
    const mayHaveMoney = model.status === 'created' || model.status === 'completed' || model.status === 'failed';
    if (state.status === 'cancelled' && mayHaveMoney) model.isRefundDue = true;
  };

  /** The response to the buyer; changes the model. */
  const pay = (token: Token): string => {
    if (copy === undefined) return 'waits for the order';
    if (copy.status === 'cancelled') return 'This order has been cancelled';
    if (model.status === 'completed') return 'paid';
    if (model.status === 'failed' || model.status === 'refunded') return 'Payment of this order has failed';
    if (model.open !== undefined) {
      if (clock.ms - model.open.at < attemptAbandonedMs) return 'Another payment of this order is under way';
      const { outcome } = model.open;
      settle();
      // A retry with the same card returns the outcome of its attempt.
      if (outcome === 'declined' && token === 'tok_chargeDeclined') return 'Your card was declined.';
      return pay(token);
    }
    if (Date.parse(copy.expiresAt) <= clock.ms) return 'This order has expired';
    if (copy.status === 'created') return 'waits for the order';
    if (copy.status === 'complete') return 'a complete order without a payment';
    model.status ??= 'created';
    if (token === 'tok_unknown') return 'Unknown token';
    if (token === 'tok_visa') {
      model.status = 'completed';
      return 'paid';
    }
    decline();
    return 'Your card was declined.';
  };
  const decline = () => {
    model.attempts += 1;
    if (model.attempts >= maxDeclines) model.status = 'failed';
  };
  const settle = () => {
    if (model.open === undefined || model.isRefundDue || clock.ms - model.open.at < attemptAbandonedMs) return;
    if (model.open.outcome === 'paid') model.status = 'completed';
    if (model.open.outcome === 'declined') decline();
    model.open = undefined;
  };
  const refund = () => {
    if (!model.isRefundDue) return;
    if (model.status === 'completed' || model.open?.outcome === 'paid') model.status = 'refunded';
    model.isRefundDue = false;
    model.open = undefined;
  };

  const runs = {
    pay: async ({ pay: token, dies: at }: Extract<Action, { pay: Token }>): Promise<string> => {
      death = at ?? death;
      return payOrder(deps, { orderId: id, userId: 'buyer', token, trace }).then(
        () => 'paid',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    },
    deliver: async (versions: readonly number[]): Promise<void> => {
      for (const version of versions) {
        const data = source[version] ?? newest();
        delivered.add(data.version);
        const definition = {
          created: orderCreated,
          cancelled: orderCancelled,
          'awaiting:payment': orderUpdated,
          complete: orderUpdated,
        }[data.status];
        const verdicts = await listeners.get(definition.type)?.handle([
          {
            id: newId(),
            type: definition.type,
            schemaVersion: 1,
            time: now().toISOString(),
            aggregate: { type: 'order', id, version: data.version },
            ...trace,
            data,
          },
        ]);
        expect(verdicts).toEqual([{ kind: 'done' }]);
      }
    },
    work: async ({ work, dies: at }: Extract<Action, { work: string }>): Promise<void> => {
      death = at ?? death;
      await (work === 'settle' ? settleAbandonedAttempts(deps) : refundCancelledOrders(deps)).catch(
        (error: unknown) => {
          expect(String(error)).toBe('Error: died');
        },
      );
    },
    webhook: async (): Promise<void> => {
      const payload = JSON.stringify({
        type: 'payment_intent.succeeded',
        data: { object: { metadata: { orderId: id } } },
      });
      const secret = webhookSecret;
      const signature = sandbox.stripe.webhooks.generateTestHeaderString({ payload, secret });
      await handleWebhook(deps, { body: Buffer.from(payload), signature, trace }).catch((error: unknown) => {
        expect(String(error)).toMatch(/died|ServiceUnavailableError/);
      });
    },
  };

  const take = async (one: Action): Promise<string> => {
    if (one === 'a webhook comes') await runs.webhook();
    else if ('pay' in one) return runs.pay(one);
    else if ('deliver' in one) await runs.deliver(one.deliver);
    else await runs.work(one);
    return '';
  };

  /** After a death or concurrent actions the model continues from the stored document and Stripe. */
  const goOnFrom = async () => {
    const document = await stored();
    copy = document?.order;
    model.status = document?.status;
    model.attempts = document?.declines ?? 0;
    model.isRefundDue = document?.refundDue !== undefined;
    model.open = undefined;
    if (document?.openAttempt === undefined) return;
    const { charges } = await atStripe();
    const declined = charges.filter(({ paid }) => !paid).length > model.attempts;
    const outcome = charges.some(({ paid }) => paid) ? 'paid' : declined ? 'declined' : 'none';
    model.open = { at: document.openAttempt.at.getTime(), outcome };
  };

  const check = async () => {
    // No two cards are tried at the same time.
    expect(mostConfirming).toBeLessThanOrEqual(1);
    const document = await stored();
    // One event per version, each a legal move.
    const entries = document?.outbox ?? [];
    expect(entries.map(({ version }) => version)).toEqual([...entries.keys()]);
    expect(document?.version).toBe(entries.length === 0 ? undefined : entries.length - 1);
    entries.forEach(({ data }, index) => {
      const before = entries[index - 1]?.data['status'];
      expect(legalMoves[typeof before === 'string' ? before : 'undefined']).toContain(data['status']);
      expect(data).toMatchObject({ id, orderId: id, amount: price });
    });
    if (entries.length > 0) expect(entries.at(-1)?.data['status']).toBe(document?.status);
    expect(document?.declines ?? 0).toBeLessThanOrEqual(maxDeclines);
    expect(document?.order).toEqual(copy);
    const { status, attempts, open, isRefundDue } = model;
    expect({
      status: document?.status,
      attempts: document?.declines ?? 0,
      isOpen: document?.openAttempt !== undefined,
      isRefundDue: document?.refundDue !== undefined,
    }).toEqual({ status, attempts, isOpen: open !== undefined, isRefundDue });
  };

  const next = async (one: Step) => {
    if (one === 'the order is confirmed') {
      if (newest().status === 'created') source.push({ ...newest(), version: 1, status: 'awaiting:payment' });
    } else if (one === 'the order is cancelled') {
      const { status, version } = newest();
      if (status !== 'cancelled') {
        source.push({ ...newest(), version: version + 1, status: 'cancelled', reason: 'by_buyer' });
      }
    } else if (one === 'time passes') clock.ms += attemptAbandonedMs + 1;
    else if (one === 'the deadline passes') clock.ms += 900_000;
    else {
      const known = copy;
      if (typeof one === 'object' && 'together' in one) {
        await turnstile.run(
          one.together.map((each) => async () => {
            expect(await take(each)).toMatch(responses);
          }),
          one.picks,
        );
      } else {
        const response = await take(one);
        const isPlain = one !== 'a webhook comes' && !('dies' in one && one.dies !== undefined) && death === undefined;
        if (isPlain) {
          if ('pay' in one) expect(response).toContain(pay(one.pay));
          else if ('deliver' in one) for (const version of one.deliver) receive(source[version] ?? newest());
          else if (one.work === 'settle') settle();
          else refund();
          death = undefined;
          await check();
          return;
        }
      }
      death = undefined;
      await goOnFrom();
      // The copy of the order never becomes older.
      expect(copy?.version ?? -1).toBeGreaterThanOrEqual(known?.version ?? -1);
      await check();
    }
  };

  try {
    for (const one of steps) await next(one);
    // Every event arrives in the end, and the workers run until nothing is left to do.
    // No event is delivered again: that would hide a fault that only a repeated delivery repairs.
    await next({ deliver: source.map(({ version }) => version).filter((version) => !delivered.has(version)) });
    for (let round = 0; round < 2; round += 1) {
      await next('time passes');
      await next({ work: 'settle' });
      await next({ work: 'refund' });
    }
    await markUnmarkedRefunds(deps);
    const document = await stored();
    expect([document?.openAttempt, document?.refundDue]).toEqual([undefined, undefined]);
    const { intents, charges, refunds } = await atStripe();
    const paid = charges.filter((charge) => charge.paid);
    expect(intents.length).toBeLessThanOrEqual(1);
    expect(paid.map(({ amount }) => amount)).toEqual(paid.length === 0 ? [] : [price]);
    const isCancelled = newest().status === 'cancelled';
    expect(refunds.map(({ amount }) => amount)).toEqual(isCancelled ? paid.map(({ amount }) => amount) : []);
    expect(document?.status === 'completed').toBe(paid.length === 1 && !isCancelled);
    expect(document?.status === 'refunded').toBe(paid.length === 1 && isCancelled);
  } finally {
    await database.collection<{ _id: string }>('payments').deleteOne({ _id: id });
  }
};

const known: readonly Step[] = ['the order is confirmed', { deliver: [0, 1] }];
const visa = { pay: 'tok_visa' } as const;
const cancelled: readonly Step[] = ['the order is cancelled', { deliver: [2] }];
const later: readonly Step[] = ['time passes', { work: 'settle' }];
const diesBefore = (call: Death['step']) => ({ pay: 'tok_visa', dies: { when: 'before', step: call } }) as const;
const diesAfter = (call: Death['step']) => ({ pay: 'tok_visa', dies: { when: 'after', step: call } }) as const;

// Each is the shrunk counterexample that fast-check found when one guard was removed.
const counterexamples: readonly (readonly [string, readonly Step[]])[] = [
  ['a buyer pays twice side by side', [...known, { together: [visa, visa], picks: [] }]],
  ['a buyer pays twice side by side, call by call', [...known, { together: [visa, visa], picks: [1, 1, 1, 1, 1, 1] }]],
  ['a buyer pays while another payment is under way', [...known, diesBefore('confirm'), visa]],
  ['a process dies before the card is tried', [...known, diesBefore('confirm'), 'time passes', visa]],
  ['a process dies before the card is tried, and no request follows', [...known, diesBefore('confirm'), ...later]],
  ['a process dies with the card charged', [...known, diesAfter('confirm'), ...later, visa]],
  ['an order is not confirmed yet', [{ deliver: [0] }, visa]],
  ['the deadline is over', [...known, 'the deadline passes', visa]],
  ['an older state of the order arrives', [...known, { deliver: [0] }]],
  ['a paid order is cancelled', [...known, visa, ...cancelled]],
  ['a cancelled order is paid for', [...known, ...cancelled, visa]],
  ['an order is cancelled whose process died with the card charged', [...known, diesAfter('confirm'), ...cancelled]],
  [
    'a process dies with the money returned',
    [...known, visa, ...cancelled, { work: 'refund', dies: { when: 'after', step: 'refund' } }],
  ],
  [
    'an order is cancelled and its money looked for before the card is tried',
    [
      ...known,
      'the order is cancelled',
      { together: [visa, { deliver: [2] }, { work: 'refund' }], picks: [0, 0, 1, 1] },
    ],
  ],
  ['all declines are used up', [...known, { pay: 'tok_chargeDeclined' }, { pay: 'tok_chargeDeclined' }, visa]],
];

test.each(counterexamples)('When %s, then the charge is what a sequential one would be', (_, steps) => play(steps));

const { parameters, timeoutMs } = modelRuns(40);

test(
  'When buyers, events and workers reach a charge in any order, then it is what a sequential one would be',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.constantFrom<readonly Step[]>(known, []), fc.array(step, { maxLength: 12, size: 'max' })),
        ([before, steps]) => play([...before, ...steps]),
      ),
      parameters,
    ),
  timeoutMs,
);
