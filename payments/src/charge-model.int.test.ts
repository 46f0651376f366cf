import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  orderCancelled,
  orderCreated,
  orderUpdated,
  type ChargeStatus,
  type OrderState,
} from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import { currencyOf } from '@ticketing/common/money';
import { newId } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import {
  call,
  createModelDriver,
  deliver,
  event,
  stepsOf,
  type Crash,
  type Stage,
  type Step,
} from '@ticketing/common/testing';
import * as fc from 'fast-check';
import { handleWebhook } from './commands/handle-webhook.ts';
import { payOrder } from './commands/pay/pay-order.ts';
import { settleAbandonedAttempts } from './commands/reconcile/settle-abandoned-attempts.ts';
import { markUnmarkedRefunds } from './commands/refund/mark-unmarked-refunds.ts';
import { refundCancelledOrders } from './commands/refund/refund-cancelled-orders.ts';
import type { Deps } from './deps.ts';
import { attemptAbandonedMs } from './domain/payment.ts';
import { tokenHash } from './domain/token.ts';
import { createAccountGateway } from './gateways/stripe/accounts.ts';
import { openStripe } from './gateways/stripe/client.ts';
import { createTransferGateway } from './gateways/stripe/transfers.ts';
import { createStripeGateway, type PaymentGateway } from './gateways/stripe/gateway.ts';
import { createLocalPayments } from './memory/local-payments.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels } from './models/open-models.ts';
import type { PaymentDocument } from './models/payment.ts';
import { subscriptions } from './subscriptions.ts';
import { openSandbox, webhookSecret, type Sandbox } from './test/sandbox.ts';

// One order with concurrent requests of its buyer, its events in any order and number, workers, webhooks, and processes
// that die between any two calls of Stripe. The charge must be what the sequential model says, and Stripe must agree.

let sandbox: Sandbox;
const clock = { ms: Date.now() };
const now = () => new Date(clock.ms);
const price = 1999;
const maxDeclines = 2;
const payWindowMs = 900_000;
const tokens = ['tok_visa', 'tok_chargeDeclined', 'tok_unknown'] as const;
type Token = (typeof tokens)[number];
const calls = ['tryCard', 'blockAttempt', 'findIntent', 'readIntent', 'cancelIntent', 'refund'] as const;
type Death = Crash<(typeof calls)[number]>;

/** The model: the charge of an order in memory, changed by one command at a time. */
interface Charge {
  /** The copy of the order. */
  order: OrderState | undefined;
  status: ChargeStatus | undefined;
  attempts: number;
  /** An attempt whose process has died, and what became of it at Stripe. */
  open:
    | { readonly at: number; readonly outcome: 'paid' | 'declined' | 'none'; readonly isUnknownToken: boolean }
    | undefined;
  /** The closing or cancelled order is marked: its payment is to be prevented or refunded. */
  isRefundDue: boolean;
  isClosed: boolean;
}

// Each returns the outcome of its command, a part of the text of an error.

const receive = (charge: Charge, state: OrderState): string => {
  if (charge.order === undefined || state.version > charge.order.version) charge.order = state;
  const mayHaveMoney = charge.status === 'created' || charge.status === 'completed' || charge.status === 'failed';
  if (state.status === 'cancelled' && mayHaveMoney && !charge.isClosed) charge.isRefundDue = true;
  const isOpen = charge.order.status !== 'cancelled' && (charge.status === undefined || charge.status === 'created');
  if (state.status === 'awaiting:payment' && state.closing !== undefined && isOpen) {
    if (charge.open === undefined) close(charge, charge.order);
    charge.isRefundDue = charge.status !== undefined;
  }
  return 'done';
};
const close = (charge: Charge, order: OrderState): void => {
  charge.isClosed = true;
  charge.order = { ...order, status: 'cancelled', reason: order.closing };
};
const decline = (charge: Charge): void => {
  charge.attempts += 1;
  if (charge.attempts >= maxDeclines) charge.status = 'failed';
};
const settleOpen = (charge: Charge): void => {
  const { open } = charge;
  if (open?.outcome === 'paid') charge.status = 'completed';
  if (open?.outcome === 'declined') decline(charge);
  charge.open = undefined;
};
const settle = (charge: Charge): string => {
  const { open, isRefundDue } = charge;
  if (open !== undefined && !isRefundDue && clock.ms - open.at >= attemptAbandonedMs) settleOpen(charge);
  return 'ok';
};
const refund = (charge: Charge): string => {
  if (!charge.isRefundDue) return 'ok';
  const { order } = charge;
  if (order !== undefined && order.status !== 'cancelled') {
    // Closing: the PaymentIntent is canceled, unless it was paid.
    if (charge.open?.outcome === 'paid') charge.status = 'completed';
    else if (charge.status === 'created') close(charge, order);
  } else if (charge.status === 'completed' || charge.open?.outcome === 'paid') charge.status = 'refunded';
  else charge.isClosed = true;
  charge.isRefundDue = false;
  charge.open = undefined;
  return 'ok';
};
const pay = (charge: Charge, token: Token): string => {
  const { order, open, status } = charge;
  if (order === undefined) return 'waits for the order';
  if (order.status === 'cancelled') {
    return order.reason === 'expired' ? 'This order has expired' : 'This order has been cancelled';
  }
  if (status === 'completed') return 'ok';
  if (status === 'failed' || status === 'refunded') return 'Payment of this order has failed';
  if (open !== undefined) {
    if (clock.ms - open.at < attemptAbandonedMs) return 'Another payment of this order is under way';
    settleOpen(charge);
    // A retry with the same card returns the outcome of its attempt.
    if (open.outcome === 'declined' && token === 'tok_chargeDeclined') return 'Your card was declined.';
    return pay(charge, token);
  }
  if (order.closing !== undefined || Date.parse(order.expiresAt) <= clock.ms) return 'This order has expired';
  if (order.status === 'created') return 'waits for the order';
  if (order.status === 'complete') return 'a complete order without a payment';
  charge.status ??= 'created';
  if (token === 'tok_unknown') return 'Unknown token';
  if (token === 'tok_visa') {
    charge.status = 'completed';
    return 'ok';
  }
  decline(charge);
  return 'Your card was declined.';
};

const legalMoves: Readonly<Record<string, readonly string[]>> = {
  undefined: ['created'],
  created: ['created', 'completed', 'failed', 'refunded'],
  failed: ['failed', 'refunded'],
  completed: ['refunded'],
  refunded: [],
};

/** Every outcome that concurrent commands, or processes that die, may have. */
const outcomes = {
  pay: /^ok$|waits for the order|has been cancelled|has expired|has failed|under way|declined|Unknown token|died|a repeat is safe|nothing was charged/,
  event: /^done$/,
  work: /^ok$|^Error: died$/,
  webhook: /^ok$|died|ServiceUnavailableError/,
};

interface Intent {
  readonly kind: keyof typeof outcomes;
  /** Changes the model and returns the outcome; undefined when the outcome depends on where a process dies. */
  readonly apply: (() => string) | undefined;
}

interface World extends Stage<Deps> {
  readonly id: string;
  /** Every state of the order, by version. */
  readonly source: [OrderState, ...OrderState[]];
  readonly delivered: Set<number>;
  readonly charge: Charge;
}

const newest = ({ source }: World): OrderState => source.at(-1) ?? source[0];
const stored = ({ database }: World) => database.collection<PaymentDocument>('payments').find().toArray();

interface Listed {
  readonly metadata: Record<string, string> | null;
}
const atStripe = async ({ id }: World) => {
  const { stripe } = sandbox;
  const ofOrder = <Item extends Listed>({ data }: { readonly data: readonly Item[] }): Item[] =>
    data.filter(({ metadata }) => metadata?.['orderId'] === id);
  return {
    intents: ofOrder(await stripe.paymentIntents.list({ limit: 10 })),
    charges: ofOrder(await stripe.charges.list({ limit: 20 })),
    refunds: ofOrder(await stripe.refunds.list({ limit: 10 })),
  };
};

/** What the document shows of the charge; of an open attempt it does not know the outcome. */
const recorded = (document: PaymentDocument | undefined): Omit<Charge, 'open'> => ({
  order: document?.order,
  status: document?.status,
  attempts: document?.declines ?? 0,
  isRefundDue: document?.refundDue !== undefined || document?.closingDue !== undefined,
  isClosed: document?.closedAt !== undefined,
});

/** After a death or concurrent commands the model continues from the stored document and Stripe. */
const continueFrom = async (world: World, document: PaymentDocument | undefined): Promise<void> => {
  const { charge } = world;
  Object.assign(charge, recorded(document), { open: undefined });
  if (document?.openAttempt === undefined) return;
  const { charges } = await atStripe(world);
  const declined = charges.filter(({ paid }) => !paid).length > charge.attempts;
  const outcome = charges.some(({ paid }) => paid) ? 'paid' : declined ? 'declined' : 'none';
  const isUnknownToken = document.openAttempt.token === tokenHash('tok_unknown');
  charge.open = { at: document.openAttempt.at.getTime(), outcome, isUnknownToken };
};

const steps = stepsOf<World, Intent>({ alone: 10, together: 8, maxPicks: 12 });
const deaths: fc.Arbitrary<Death | undefined> = fc.option(
  fc.record({ when: fc.constantFrom('before', 'after'), call: fc.constantFrom(...calls) }),
  { nil: undefined, freq: 2 },
);

const payWith = steps.command('pay', 4, [fc.constantFrom(...tokens), deaths], ({ charge, deps, id }, token, death) =>
  call(
    { kind: 'pay', apply: death === undefined ? () => pay(charge, token) : undefined },
    (trace) => payOrder(deps, { orderId: id, userId: 'buyer', token, trace }),
    death,
  ),
);
const eventOf = ({ status }: OrderState) => {
  if (status === 'created') return orderCreated;
  return status === 'cancelled' ? orderCancelled : orderUpdated;
};
const versions = fc.array(fc.nat(3), { minLength: 1, maxLength: 2 });
/** Versions of the order, each delivered as its event; for a version that does not exist, the newest. */
const orderStates = steps.command('order states', 3, [versions], (world, which) => {
  const states = which.map((version) => world.source[version] ?? newest(world));
  for (const { version } of states) world.delivered.add(version);
  return deliver(
    states.map((state) =>
      event(eventOf(state), state, now(), { kind: 'event', apply: () => receive(world.charge, state) }),
    ),
    'one by one',
  );
});
/** Stripe may have refused the token, or may never have received it: until the attempt is abandoned, the worker waits. */
const mayBeRefused = ({ open }: Charge): boolean =>
  open?.outcome === 'none' && open.isUnknownToken && clock.ms - open.at < attemptAbandonedMs;
const works = { settle: [settle, settleAbandonedAttempts], refund: [refund, refundCancelledOrders] } as const;
const work = steps.command(
  'work',
  2,
  [fc.constantFrom('settle', 'refund'), deaths],
  ({ charge, deps }, what, death) => {
    const [move, run] = works[what];
    const isKnown = death === undefined && !(what === 'refund' && mayBeRefused(charge));
    return call({ kind: 'work', apply: isKnown ? () => move(charge) : undefined }, () => run(deps), death);
  },
);
steps.command('webhook', 1, [], ({ deps, id }) =>
  call({ kind: 'webhook', apply: undefined }, (trace) => {
    const payload = JSON.stringify({
      type: 'payment_intent.succeeded',
      data: { object: { metadata: { orderId: id } } },
    });
    const signature = sandbox.stripe.webhooks.generateTestHeaderString({ payload, secret: webhookSecret });
    return handleWebhook(deps, { body: Buffer.from(payload), signature, trace });
  }),
);
const orderIs = steps.change(
  'the order is',
  3,
  [fc.constantFrom('confirmed', 'closing', 'cancelled')],
  (world, what) => {
    const { status, version, closing } = newest(world);
    if (what === 'confirmed' && status === 'created') {
      world.source.push({ ...newest(world), version: 1, status: 'awaiting:payment' });
    } else if (what === 'closing' && status === 'awaiting:payment' && closing === undefined) {
      world.source.push({ ...newest(world), version: version + 1, closing: 'expired' });
    } else if (what === 'cancelled' && status !== 'cancelled') {
      world.source.push({ ...newest(world), version: version + 1, status: 'cancelled', reason: 'by_buyer' });
    }
  },
);
/** Until an open attempt is abandoned and the lease of a worker is over, or until the deadline of the order is over. */
const timePasses = steps.change('time passes', 3, [fc.constantFrom(attemptAbandonedMs + 1, payWindowMs)], (_, ms) => {
  clock.ms += ms;
});

const abandoned = timePasses(attemptAbandonedMs + 1);
const known: readonly Step<World, Intent>[] = [orderIs('confirmed'), orderStates([0, 1])];

const driver = createModelDriver<Deps, World, Intent, PaymentDocument>({
  service: 'payments',
  collections,
  now,
  open: async ({ store, remoteCalls }) => {
    sandbox = await openSandbox();
    const metrics = openMetrics(new Metrics());
    const logger = createLogger({ service: 'payments', level: 'silent' });
    const client = openStripe({ key: 'sk_test_sandbox', host: sandbox.url, callTimeoutMs: 9_000 }, logger);
    const returnUrl = 'http://127.0.0.1:9/';
    const stripe = createStripeGateway(client, { webhookSecret, returnUrl: () => returnUrl }, metrics);
    return {
      ...openModels(store),
      now,
      newId,
      securityLog: { record: () => undefined, flush: () => undefined },
      logger,
      currency: currencyOf('usd'),
      feePercent: 10,
      payoutDelayMs: 0,
      site: new URL('http://127.0.0.1:9/'),
      receipts: () => Promise.reject(new Error('no receipts in this model')),
      gateway: remoteCalls.gate(
        {
          ...stripe,
          // The clock of the model is ahead of the sandbox's.
          findIntent: (orderId, { to }, deadline) => stripe.findIntent(orderId, { from: new Date(0), to }, deadline),
        } satisfies PaymentGateway,
        calls,
      ),
      accounts: createAccountGateway(client, returnUrl),
      transfers: createTransferGateway(client),
      // A request that would wait for its order fails instead.
      orderSignals: { notify: () => undefined, wait: () => Promise.reject(new Error('waits for the order')) },
      localPayments: createLocalPayments(),
      metrics,
      timeoutMs: { buyer: 20_000, worker: 8_000 },
      waitForOrderMs: 2_000,
      maxDeclines,
    };
  },
  subscriptions,
  begin: (stage) => {
    const id = newId();
    const order = newOrder({ id, price, expiresAt: new Date(clock.ms + payWindowMs).toISOString() });
    const rest = { order: undefined, status: undefined, open: undefined };
    return {
      ...stage,
      id,
      source: [order],
      delivered: new Set(),
      charge: { ...rest, attempts: 0, isRefundDue: false, isClosed: false },
    };
  },
  read: stored,
  check: async (world, { happenings, documents: [document], inSequence }) => {
    const { charge, id, remoteCalls } = world;
    for (const { kind, outcome } of happenings) expect(outcome).toMatch(outcomes[kind]);
    if (inSequence && happenings.every(({ apply }) => apply !== undefined)) {
      for (const { apply, outcome } of happenings) {
        const wanted = apply?.() ?? '';
        expect([outcome === 'ok', outcome]).toEqual([wanted === 'ok', expect.stringContaining(wanted)]);
      }
    } else {
      const copied = charge.order?.version ?? -1;
      await continueFrom(world, document);
      // The copy of the order never becomes older.
      expect(charge.order?.version ?? -1).toBeGreaterThanOrEqual(copied);
    }
    // No two cards are tried at the same time.
    expect(remoteCalls.mostConcurrent('tryCard')).toBeLessThanOrEqual(1);
    // One event per version, each a legal move; beside them answers to a closing order, which change nothing.
    const all = document?.outbox ?? [];
    const entries = all.filter(
      ({ type, version }, index) =>
        type !== 'charge.closed' &&
        all.findIndex((entry) => entry.type !== 'charge.closed' && entry.version === version) === index,
    );
    expect(entries.map(({ version }) => version)).toEqual([...entries.keys()]);
    expect(document?.version).toBe(entries.length === 0 ? undefined : entries.length - 1);
    entries.forEach(({ data }, index) => {
      const before = entries[index - 1]?.data['status'];
      expect(legalMoves[typeof before === 'string' ? before : 'undefined']).toContain(data['status']);
      expect(data).toMatchObject({ id, orderId: id, amount: price });
    });
    if (entries.length > 0) expect(entries.at(-1)?.data['status']).toBe(document?.status);
    expect(document?.declines ?? 0).toBeLessThanOrEqual(maxDeclines);
    const { open, ...rest } = charge;
    expect(recorded(document)).toEqual(rest);
    expect(document?.openAttempt !== undefined).toBe(open !== undefined);
  },
  finish: async (world, take) => {
    // Every event arrives in the end, and the workers run until nothing is left to do.
    // No event is delivered again: that would hide a fault that only a repeated delivery repairs.
    const versions = world.source.map(({ version }) => version);
    await take(orderStates(versions.filter((version) => !world.delivered.has(version))));
    for (let round = 0; round < 2; round += 1) {
      for (const step of [abandoned, work('settle', undefined), work('refund', undefined)]) await take(step);
    }
    await markUnmarkedRefunds(world.deps);
    const [document] = await stored(world);
    expect([document?.openAttempt, document?.closingDue, document?.refundDue]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const { intents, charges, refunds } = await atStripe(world);
    const paid = charges.filter((charge) => charge.paid);
    expect(intents.length).toBeLessThanOrEqual(1);
    expect(paid.map(({ amount }) => amount)).toEqual(paid.length === 0 ? [] : [price]);
    const isClosed = document?.closedAt !== undefined;
    const isCancelled = newest(world).status === 'cancelled' || isClosed;
    // A closing order is answered: by the closed payment, or by what became of the charge.
    if (newest(world).closing !== undefined && newest(world).status !== 'cancelled') {
      const isAnswered = (document?.outbox ?? []).some(({ type }) => type === 'charge.closed');
      expect(isAnswered).toBe(isClosed);
      expect(isClosed || document?.status === 'completed' || document?.status === 'failed').toBe(true);
    }
    expect(refunds.map(({ amount }) => amount)).toEqual(isCancelled ? paid.map(({ amount }) => amount) : []);
    expect(document?.status === 'completed').toBe(paid.length === 1 && !isCancelled);
    expect(document?.status === 'refunded').toBe(paid.length === 1 && isCancelled);
  },
  steps,
  maxSteps: 12,
  begun: [known, []],
  runs: 40,
});
beforeAll(driver.open);
afterAll(async () => {
  await driver.close();
  await sandbox.close();
});

const visa = payWith('tok_visa', undefined);
const declined = payWith('tok_chargeDeclined', undefined);
const cancelled = [orderIs('cancelled'), orderStates([2])];
const closing = [orderIs('closing'), orderStates([2])];
const later = [abandoned, work('settle', undefined)];
const diesBefore = (at: Death['call']) => payWith('tok_visa', { when: 'before', call: at });
const unknownToken = payWith('tok_unknown', { when: 'after', call: 'tryCard' });
const diesAfter = (at: Death['call']) => payWith('tok_visa', { when: 'after', call: at });

// Each is the shrunk counterexample that fast-check found when one guard was removed.
const counterexamples: readonly (readonly [string, readonly Step<World, Intent>[]])[] = [
  ['a buyer pays twice concurrently', [...known, steps.together([visa, visa])]],
  ['a buyer pays twice concurrently, call by call', [...known, steps.together([visa, visa], [1, 1, 1, 1, 1, 1])]],
  ['a buyer pays while another payment is under way', [...known, diesBefore('tryCard'), visa]],
  ['a process dies before the card is tried', [...known, diesBefore('tryCard'), abandoned, visa]],
  ['a process dies before the card is tried, and no request follows', [...known, diesBefore('tryCard'), ...later]],
  ['a process dies with the card charged', [...known, diesAfter('tryCard'), ...later, visa]],
  ['a process dies after an unknown token', [...known, unknownToken, ...later, visa]],
  [
    'a process dies after its attempt was blocked',
    [...known, diesBefore('tryCard'), abandoned, work('settle', { when: 'after', call: 'blockAttempt' }), visa],
  ],
  ['an order is cancelled whose process died after an unknown token', [...known, unknownToken, ...cancelled]],
  ['an order closes whose process died after an unknown token', [...known, unknownToken, ...closing]],
  ['an order is not confirmed yet', [orderStates([0]), visa]],
  ['the deadline is over', [...known, timePasses(payWindowMs), visa]],
  ['an older state of the order arrives', [...known, orderStates([0])]],
  ['a paid order is cancelled', [...known, visa, ...cancelled]],
  ['a cancelled order is paid for', [...known, ...cancelled, visa]],
  ['an order is cancelled whose process died with the card charged', [...known, diesAfter('tryCard'), ...cancelled]],
  [
    'a process dies after the refund',
    [...known, visa, ...cancelled, work('refund', { when: 'after', call: 'refund' })],
  ],
  [
    'an order is cancelled and its refund is attempted before the card is tried',
    [...known, orderIs('cancelled'), steps.together([visa, orderStates([2]), work('refund', undefined)], [0, 0, 1, 1])],
  ],
  ['an unpaid order closes', [...known, ...closing, visa]],
  ['an order closes after a decline', [...known, declined, ...closing, visa]],
  ['a paid order closes', [...known, visa, ...closing]],
  ['an order closes whose process died with the card charged', [...known, diesAfter('tryCard'), ...closing]],
  ['an order closes whose process died before the card was tried', [...known, diesBefore('tryCard'), ...closing, visa]],
  ['an order closes while it is paid', [...known, orderIs('closing'), steps.together([visa, orderStates([2])])]],
  [
    'an order closes and its payment is prevented before the card is tried',
    [...known, orderIs('closing'), steps.together([visa, orderStates([2]), work('refund', undefined)], [0, 0, 1, 1])],
  ],
  ['a closing order is cancelled', [...known, declined, ...closing, orderIs('cancelled'), orderStates([3, 2])]],
  ['all declines are used up', [...known, declined, declined, visa]],
];

test.each(counterexamples)('When %s, then the charge is what a sequential one would be', (_, played) =>
  driver.play(played),
);

test(
  'When buyers, events and workers reach a charge in any order, then it is what a sequential one would be',
  driver.playRandomSteps,
  driver.timeoutMs,
);
