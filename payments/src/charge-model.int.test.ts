import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isOpenDispute, orderCancelled, orderCreated, orderUpdated, type OrderState } from '@ticketing/common/events';
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
import type { Stripe } from 'stripe';
import { handleWebhook } from './commands/handle-webhook.ts';
import { moveEntries } from './commands/money/move-entries.ts';
import { orderRefund as orderRefundCommand } from './commands/operator/order-refund.ts';
import { payOrder } from './commands/pay/pay-order.ts';
import { payOutSales } from './commands/payout/pay-out-sales.ts';
import {
  settleAbandonedAttempts,
  settleActions as settleActionsCommand,
} from './commands/reconcile/settle-abandoned-attempts.ts';
import { settleBeforeRead } from './commands/reconcile/settle-before-read.ts';
import { markUnmarkedRefunds } from './commands/refund/mark-unmarked-refunds.ts';
import { refundCancelledOrders } from './commands/refund/refund-cancelled-orders.ts';
import type { Deps } from './deps.ts';
import { attemptAbandonedMs, type Attempt } from './domain/payment.ts';
import { proceedsOf } from './domain/sale.ts';
import { tokenHash } from './domain/token.ts';
import { createAccountGateway } from './gateways/stripe/accounts.ts';
import { openStripe } from './gateways/stripe/client.ts';
import { createTransferGateway } from './gateways/stripe/transfers.ts';
import { createStripeGateway, type PaymentGateway } from './gateways/stripe/gateway.ts';
import { createMovedOrders } from './memory/moved-orders.ts';
import { createLocalPayments } from './memory/local-payments.ts';
import { openMetrics } from './metrics.ts';
import type { LedgerEntry } from './models/ledger.ts';
import { collections, openModels } from './models/open-models.ts';
import type { PayoutAccount } from './models/payout-account.ts';
import type { PaymentDocument } from './models/payment.ts';
import { subscriptions } from './subscriptions.ts';
import {
  decideAtBank,
  look,
  maxDeclines,
  newCharge,
  orderRefund,
  pay,
  receive,
  refund,
  settle,
  settleActions,
  tokens,
  type Charge,
} from './test/charge-model.ts';
import { chargeBalances, expectEqualToStripe, ledgerBalances, readOrderAtStripe } from './test/money-invariants.ts';
import { openSandbox, webhookSecret, type Sandbox } from './test/sandbox.ts';

// One order with concurrent requests of its buyer, its events in any order and number, workers, webhooks, the bank's page,
// refunds and disputes that begin at Stripe, and processes that die between any two calls of Stripe. The charge must be what
// the sequential model says; its ledger and Stripe's lists must agree with it to the cent.

let sandbox: Sandbox;
let stripeSide: ReturnType<typeof openStripeSide>;
let accountId: string;
const clock = { ms: Date.now() };
const now = () => new Date(clock.ms);
const price = 1999;
/** Of requests that wait for events. */
const unheard = {
  heard: () => undefined,
  start: () => ({ stop: async () => undefined }),
  endAll: () => undefined,
};
const sellerId = 'seller';
const payWindowMs = 900_000;
const calls = [
  'tryCard',
  'blockAttempt',
  'findIntent',
  'readIntent',
  'cancelIntent',
  'refund',
  'readMoney',
  'createTransfer',
  'reverseTransfer',
] as const;
type Death = Crash<(typeof calls)[number]>;

const legalMoves: Readonly<Record<string, readonly string[]>> = {
  undefined: ['created'],
  created: ['created', 'completed', 'failed', 'refunded'],
  failed: ['failed', 'refunded'],
  completed: ['completed', 'refunded'],
  refunded: ['refunded'],
};

/** Every outcome that concurrent commands, or processes that die, may have. */
const outcomes = {
  pay: /^ok$|waits for the order|has been cancelled|has expired|has failed|under way|declined|did not confirm|Unknown token|died|safely retry|nothing was charged/,
  event: /^done$/,
  work: /^ok$|^Error: died$/,
  webhook: /^ok$|died|ServiceUnavailableError/,
  stripe: /^ok$/,
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
const storedLedger = ({ database }: World) => database.collection<LedgerEntry>('ledger').find().toArray();
const atStripe = ({ id }: Pick<World, 'id'>) => readOrderAtStripe(sandbox.stripe, id);

/** What the bank has of a dispute. */
const keptBy = ({ balance_transactions: moved }: Stripe.Dispute): number =>
  0 - moved.reduce((sum, { amount }) => sum + amount, 0);

/** What banks and Stripe's dashboard do with the money of an order, where they can. */
const openStripeSide = ({ stripe, ...bank }: Sandbox) => {
  return {
    decide: async (id: string, outcome: 'complete' | 'fail'): Promise<void> => {
      const [intent] = (await atStripe({ id })).intents;
      const url = actionUrlOf(intent);
      if (typeof url !== 'string') return;
      await fetch(url, { method: 'POST', body: new URLSearchParams({ outcome }), redirect: 'manual' });
    },
    returnMoney: async (id: string, part: 'all' | 'a part'): Promise<void> => {
      const { charges, disputes } = await atStripe({ id });
      const charge = charges.find(({ paid }) => paid);
      // A dispute that was won in part keeps the rest.
      const kept = disputes.reduce((sum, dispute) => sum + keptBy(dispute), 0);
      const left = charge === undefined ? 0 : charge.amount - charge.amount_refunded - kept;
      if (charge === undefined || left <= 0 || disputes.some(({ status }) => status !== 'won')) return;
      await stripe.refunds.create({ charge: charge.id, ...(part === 'all' ? {} : { amount: Math.min(500, left) }) });
    },
    failRefund: async (id: string): Promise<void> => {
      const refunds = (await atStripe({ id })).refunds.filter(({ status }) => status !== 'failed');
      if (refunds[0] !== undefined) await bank.settleRefund(refunds[0].id, 'failed');
    },
    dispute: async (id: string, over: 'what is left' | 'all'): Promise<void> => {
      const { charges, disputes } = await atStripe({ id });
      const charge = charges.find(({ paid }) => paid);
      if (charge === undefined || charge.amount_refunded === charge.amount || disputes.length > 0) return;
      await bank.dispute(charge.id, over === 'all' ? { amount: charge.amount } : {});
    },
    /** With a part of what it keeps, or all. */
    reinstate: async (id: string, of: 'open' | 'lost', part: number): Promise<void> => {
      for (const dispute of (await atStripe({ id })).disputes) {
        if (of === 'open' ? !isOpenDispute(dispute) : dispute.status !== 'lost') continue;
        await bank.changeDispute(dispute.id, { status: 'won', moved: Math.floor(keptBy(dispute) * part) });
      }
    },
    settleDispute: async (id: string, outcome: 'won' | 'lost'): Promise<void> => {
      const text = outcome === 'won' ? 'winning_evidence' : 'losing_evidence';
      for (const dispute of (await atStripe({ id })).disputes.filter(isOpenDispute))
        await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: text } });
    },
  };
};

/** A seller's account that accepts transfers. */
const onboard = async ({ stripe }: Sandbox): Promise<string> => {
  const { id } = await stripe.accounts.create({ type: 'express', capabilities: { transfers: { requested: true } } });
  const urls = { return_url: 'http://127.0.0.1:9/', refresh_url: 'http://127.0.0.1:9/' };
  const { url } = await stripe.accountLinks.create({ account: id, type: 'account_onboarding', ...urls });
  await fetch(url, { method: 'POST', body: new URLSearchParams({ outcome: 'complete' }), redirect: 'manual' });
  return id;
};

/** What the document shows of the charge; of an open attempt it does not know the outcome. */
const recorded = (
  document: PaymentDocument | undefined,
): Omit<Charge, 'clock' | 'open' | 'isUncertain' | 'hasMoved'> => ({
  order: document?.order,
  status: document?.status,
  attempts: document?.declines ?? 0,
  unseenDecline: tokens.find((token) => tokenHash(token) === document?.unseenDecline?.token),
  isRefundDue: document?.refundDue !== undefined || document?.closingDue !== undefined,
  isOrdered: document?.refundOrdered !== undefined,
  isClosed: document?.closedAt !== undefined,
  isPaidLate: document?.owed !== undefined && document.completedAt === undefined && document.status !== 'refunded',
});

const outcomeOf = (status: string | undefined): 'paid' | 'action' | undefined => {
  if (status === 'succeeded') return 'paid';
  return status === 'requires_action' ? 'action' : undefined;
};

const actionUrlOf = (intent: Stripe.PaymentIntent | undefined): unknown => intent?.next_action?.redirect_to_url?.url;

const storedAttempt = ({ at, token: hash, action }: Pick<Attempt, 'at' | 'token' | 'action'>) => ({
  at: at.getTime(),
  token: tokens.find((token) => tokenHash(token) === hash) ?? ('tok_unknown' as const),
  action: action && { readAt: action.readAt.getTime(), due: action.due.getTime() },
});

/** After a death or concurrent commands the model continues from the stored document and Stripe. */
const continueFrom = async (world: World, document: PaymentDocument | undefined): Promise<void> => {
  const { charge } = world;
  Object.assign(charge, recorded(document), { open: undefined, isUncertain: false });
  if (document?.status !== 'created') return;
  const { intents, charges } = await atStripe(world);
  const [intent] = intents;
  const { openAttempt } = document;
  const error = intent?.last_payment_error;
  if (openAttempt === undefined) {
    charge.isUncertain = ['canceled', 'requires_action', 'succeeded'].includes(intent?.status ?? '');
    return;
  }
  const { action, superseded } = openAttempt;
  const failed = charges.find(({ paid }) => !paid);
  const isDeclined =
    action === undefined ? failed !== undefined && failed.id !== document.declinedCharge : error !== null;
  charge.isUncertain =
    intent?.status === 'canceled' || (action === undefined && error?.code === 'payment_intent_authentication_failure');
  const isPageOfOther = superseded !== undefined && superseded.action?.url === actionUrlOf(intent);
  charge.open = {
    ...storedAttempt(openAttempt),
    outcome: isPageOfOther ? 'none' : (outcomeOf(intent?.status) ?? (isDeclined ? 'declined' : 'none')),
    superseded: isPageOfOther ? { ...storedAttempt(superseded), outcome: 'action' } : undefined,
  };
};

const steps = stepsOf<World, Intent>({ alone: 10, together: 8, maxPicks: 12 });
const deaths: fc.Arbitrary<Death | undefined> = fc.option(
  fc.record({ when: fc.constantFrom('before', 'after'), call: fc.constantFrom(...calls) }),
  { nil: undefined, freq: 2 },
);

const payWith = steps.command('pay', 4, [fc.constantFrom(...tokens), deaths], ({ charge, deps, id }, token, death) =>
  call(
    { kind: 'pay', apply: death === undefined && !charge.isUncertain ? () => pay(charge, token) : undefined },
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
  open?.outcome === 'none' && open.token === 'tok_unknown' && clock.ms - open.at < attemptAbandonedMs;
const nothing = () => 'ok';
const neverAborted = new AbortController().signal;
/** Each with its move of the model; what reaches the buyer's charge in no field of the model moves nothing. */
const works = {
  settle: [settle, settleAbandonedAttempts],
  'settle confirmations': [settleActions, settleActionsCommand],
  refund: [refund, (deps: Deps) => refundCancelledOrders(deps, neverAborted)],
  'pay out': [nothing, (deps: Deps) => payOutSales(deps, neverAborted)],
  'move entries': [nothing, moveEntries],
} as const;
const work = steps.command(
  'work',
  4,
  [fc.constantFrom('settle', 'settle confirmations', 'refund', 'pay out', 'move entries'), deaths],
  ({ charge, deps }, what, death) => {
    const [move, run] = works[what];
    const isKnown =
      death === undefined && !charge.isUncertain && !(what === 'refund' && (mayBeRefused(charge) || charge.hasMoved));
    return call({ kind: 'work', apply: isKnown ? () => move(charge) : undefined }, () => run(deps), death);
  },
);
const looks = steps.command('the buyer looks', 1, [], ({ charge, deps, id }) =>
  call({ kind: 'work', apply: charge.isUncertain ? undefined : () => look(charge) }, (trace) =>
    settleBeforeRead(deps, { orderId: id, userId: 'buyer', trace }),
  ),
);
const operatorRefunds = steps.command('an operator refunds', 1, [], ({ charge, deps, id }) =>
  call({ kind: 'work', apply: charge.hasMoved ? undefined : () => orderRefund(charge) }, (trace) =>
    orderRefundCommand(deps, { orderId: id, reason: 'event cancelled', by: 'operator', trace }),
  ),
);
const webhook = steps.command(
  'webhook',
  2,
  [fc.constantFrom('payment_intent.succeeded', 'payment_intent.payment_failed', 'charge.refunded')],
  ({ deps, id }, type) =>
    call({ kind: 'webhook', apply: undefined }, async (trace) => {
      const intent = (await atStripe({ id })).intents[0]?.id;
      const object = type === 'charge.refunded' ? { payment_intent: intent } : { metadata: { orderId: id } };
      const payload = JSON.stringify({ type, data: { object } });
      const signature = sandbox.stripe.webhooks.generateTestHeaderString({ payload, secret: webhookSecret });
      await handleWebhook(deps, { body: Buffer.from(payload), signature, trace });
    }),
);
const bankPage = steps.command(
  'the page of the bank',
  2,
  [fc.constantFrom('complete', 'fail')],
  ({ charge, id }, outcome) => {
    // A process that dies before it has stored the page, or has taken its place, may find its failure only as a refusal of
    // unknown origin.
    if (charge.open !== undefined && charge.open.action === undefined && outcome === 'fail') charge.isUncertain = true;
    const apply = charge.isUncertain ? undefined : () => decideAtBank(charge, outcome);
    return call({ kind: 'stripe', apply }, () => stripeSide.decide(id, outcome));
  },
);
const moves = {
  'all is refunded': (id: string) => stripeSide.returnMoney(id, 'all'),
  'a part is refunded': (id: string) => stripeSide.returnMoney(id, 'a part'),
  'the last refund fails': (id: string) => stripeSide.failRefund(id),
  'a dispute is opened': (id: string) => stripeSide.dispute(id, 'what is left'),
  'a dispute over the whole price is opened': (id: string) => stripeSide.dispute(id, 'all'),
  'the dispute is won in part': (id: string) => stripeSide.reinstate(id, 'open', 0.5),
  'an appeal is won': (id: string) => stripeSide.reinstate(id, 'lost', 1),
  'the dispute is won': (id: string) => stripeSide.settleDispute(id, 'won'),
  'the dispute is lost': (id: string) => stripeSide.settleDispute(id, 'lost'),
} as const;
const moneyMoves = steps.command(
  'at Stripe',
  4,
  [
    fc.constantFrom(
      'all is refunded',
      'a part is refunded',
      'the last refund fails',
      'a dispute is opened',
      'a dispute over the whole price is opened',
      'the dispute is won in part',
      'an appeal is won',
      'the dispute is won',
      'the dispute is lost',
    ),
  ],
  ({ charge, id }, what) => {
    charge.hasMoved = true;
    return call({ kind: 'stripe', apply: nothing }, () => moves[what](id));
  },
);
const orderIs = steps.change(
  'the order is',
  3,
  [fc.constantFrom('confirmed', 'closing', 'cancelled', 'delivered', 'disputed by its buyer', 'released')],
  (world, what) => {
    const { status, version, closing, releaseAgreedAt } = newest(world);
    const complete = { ...newest(world), version: version + 1, status: 'complete' as const };
    const at = now().toISOString();
    if (what === 'confirmed' && status === 'created') {
      world.source.push({ ...newest(world), version: 1, status: 'awaiting:payment' });
    } else if (what === 'closing' && status === 'awaiting:payment' && closing === undefined) {
      world.source.push({ ...newest(world), version: version + 1, closing: 'expired' });
    } else if (what === 'cancelled' && status !== 'cancelled') {
      // Orders hears of what was refunded at Stripe, or lost in a dispute.
      const reason = world.charge.status === 'refunded' ? 'refunded' : 'by_buyer';
      world.source.push({ ...newest(world), version: version + 1, status: 'cancelled', reason });
    } else if (what === 'delivered' && status === 'awaiting:payment' && world.charge.status === 'completed') {
      world.source.push({ ...complete, delivery: { status: 'delivered', deliveredAt: at } });
    } else if (what === 'disputed by its buyer' && status === 'complete' && releaseAgreedAt === undefined) {
      world.source.push({ ...complete, problemAt: at });
    } else if (what === 'released' && status === 'complete' && releaseAgreedAt === undefined) {
      // Orders agrees once the problem is settled.
      const { problemAt: _settled, ...settled } = complete;
      world.source.push({ ...settled, releaseAgreedAt: at });
    }
  },
);
/** Until an open attempt is abandoned and the lease of a worker is over, or until the deadline of the order is over. */
const timePasses = steps.change('time passes', 3, [fc.constantFrom(attemptAbandonedMs + 1, payWindowMs)], (_, ms) => {
  clock.ms += ms;
});

const abandoned = timePasses(attemptAbandonedMs + 1);
const known: readonly Step<World, Intent>[] = [orderIs('confirmed'), orderStates([0, 1])];
const visa = payWith('tok_visa', undefined);
const confirmation = payWith('tok_threeDSecure2Required', undefined);
const sold = [orderIs('delivered'), orderIs('released'), orderStates([2, 3])];
const sent = [...sold, timePasses(payWindowMs), work('pay out', undefined)];

const driver = createModelDriver<Deps, World, Intent, PaymentDocument>({
  service: 'payments',
  collections,
  now,
  open: async ({ store, remoteCalls }) => {
    sandbox = await openSandbox();
    const side = openStripeSide(sandbox);
    stripeSide = remoteCalls.gate(side, Object.keys(side));
    const metrics = openMetrics(new Metrics());
    const logger = createLogger({ service: 'payments', level: 'silent' });
    const client = openStripe({ key: 'sk_test_sandbox', host: sandbox.url, callTimeoutMs: 9_000 }, logger, metrics);
    const returnUrl = 'http://127.0.0.1:9/';
    const stripe = createStripeGateway(
      client,
      { webhookSecrets: [webhookSecret], returnUrl: () => returnUrl },
      metrics,
    );
    const accounts = createAccountGateway(client, returnUrl);
    accountId = await onboard(sandbox);
    return {
      ...openModels(store),
      now,
      newId,
      securityLog: { record: () => undefined, recordOperator: () => undefined, flush: () => undefined },
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
      accounts,
      transfers: remoteCalls.gate(createTransferGateway(client), calls),
      // A request that would wait until its order is payable fails instead, and none waits until it is complete.
      payableOrders: {
        ...unheard,
        begin: () => {
          throw new Error('waits for the order');
        },
      },
      completions: { ...unheard, begin: () => undefined },
      localPayments: createLocalPayments(),
      movedOrders: createMovedOrders(),
      metrics,
      timeoutMs: { buyer: 20_000, worker: 8_000 },
      waitForOrderMs: 2_000,
      completionMs: 0,
      maxDeclines,
    };
  },
  subscriptions,
  begin: async (stage) => {
    const id = newId();
    const expiresAt = new Date(clock.ms + payWindowMs).toISOString();
    // The proceeds are released as soon as no request can pay any more.
    const ticket = { id: newId(), title: 'Final', price, version: 0, revision: 0, startsAt: expiresAt };
    const order = newOrder({ id, price, sellerId, ticket, expiresAt });
    const user = { id: sellerId, version: 0, emailVerified: true };
    await stage.database
      .collection<PayoutAccount>('payout-accounts')
      .insertOne({ _id: sellerId, accountId, status: 'ready', user });
    return { ...stage, id, source: [order], delivered: new Set(), charge: newCharge(clock) };
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
    const { clock: _clock, open, isUncertain: _uncertain, hasMoved: _moved, ...rest } = charge;
    expect(recorded(document)).toEqual(rest);
    expect(document?.openAttempt !== undefined).toBe(open !== undefined);
    // Nothing is released unless orders has agreed, after which there is no problem that is not settled, or accepts none any more.
    const { releasedAt, order } = document ?? {};
    if (releasedAt !== undefined) {
      expect(order?.releaseAgreedAt ?? order?.reason).toEqual(expect.any(String));
      expect(order?.problemAt).toBeUndefined();
    }
    // Every write of money has its entries.
    if (document !== undefined)
      expect(ledgerBalances(document, await storedLedger(world))).toEqual(chargeBalances(document));
  },
  finish: async (world, take) => {
    // Every event arrives in the end, and the workers run until nothing is left to do.
    // No event is delivered again: that would hide a fault that only a repeated delivery repairs.
    const versions = world.source.map(({ version }) => version);
    await take(orderStates(versions.filter((version) => !world.delivered.has(version))));
    // Nothing is refunded while a dispute is open.
    if (world.charge.hasMoved) await take(moneyMoves('the dispute is won'));
    for (let round = 0; round < 3; round += 1) {
      await take(timePasses(payWindowMs));
      await take(work('settle', undefined));
      await take(work('settle confirmations', undefined));
      await take(work('refund', undefined));
      // Stripe reports what it has, and what has begun there.
      if (world.charge.isUncertain) await take(webhook('payment_intent.succeeded'));
      if (world.charge.hasMoved) await take(webhook('charge.refunded'));
      if (world.charge.status === 'refunded') await take(orderIs('cancelled'));
      await take(orderIs('delivered'));
      await take(orderIs('released'));
      const later = world.source.slice(versions.length).map(({ version }) => version);
      await take(orderStates(later.filter((version) => !world.delivered.has(version))));
      await take(work('pay out', undefined));
      // A confirmation that was abandoned ends with its order.
      if (world.charge.open !== undefined) {
        await take(orderIs('closing'));
        await take(orderStates([world.source.length - 1]));
      }
    }
    await take(work('move entries', undefined));
    await markUnmarkedRefunds(world.deps);
    const [document] = await stored(world);
    const { openAttempt, closingDue, refundDue, payoutDue, payoutWaits, reversal } = document ?? {};
    expect({ openAttempt, closingDue, refundDue, payoutDue, payoutWaits, reversal }).toEqual({});
    const found = await atStripe(world);
    const { intents, charges, refunds } = found;
    const paid = charges.filter((charge) => charge.paid);
    expect(intents.length).toBeLessThanOrEqual(1);
    expect(paid.map(({ amount }) => amount)).toEqual(paid.length === 0 ? [] : [price]);
    const isClosed = document?.closedAt !== undefined;
    // A closing order is answered: by the closed payment, or by what became of the charge.
    if (newest(world).closing !== undefined && newest(world).status !== 'cancelled') {
      const isAnswered = (document?.outbox ?? []).some(({ type }) => type === 'charge.closed');
      expect(isAnswered).toBe(isClosed);
      expect(isClosed || ['completed', 'failed', 'refunded'].includes(document?.status ?? '')).toBe(true);
    }
    // Money stays only for an order that is not to be refunded, or where a bank has sent it back.
    const { left = 0, owed = 0, fee = 0, transfer, sent } = document ?? {};
    // An order that a lost dispute has ended stays cancelled when an appeal gives the seller the money back.
    const isReversed = (document?.disputes ?? []).some(({ taken }) => (taken?.changes ?? 0) > 1);
    const { status, reason } = newest(world);
    const isReturned = status === 'cancelled' || isClosed || document?.refundOrdered !== undefined;
    if (isReturned && !(isReversed && reason === 'refunded')) expect(left).toBe(0);
    if (refunds.every(({ status }) => status !== 'failed')) {
      expect(owed).toBe(0);
      // Ours is one; the others are of Stripe's dashboard.
      if (!isReversed)
        expect(refunds.filter(({ metadata }) => metadata?.['orderId'] === world.id).length).toBeLessThanOrEqual(1);
    }
    if (!isReversed) {
      expect(document?.status === 'completed').toBe(paid.length === 1 && left > 0);
      expect(document?.status === 'refunded').toBe(paid.length === 1 && left === 0);
    }
    // The seller has what is left, less the fee, or it waits for its time.
    if (transfer !== undefined) expect(sent).toBe(proceedsOf({ left, fee }));
    if (document?.status === 'completed') expect(transfer?.id).toBeDefined();
    if (document !== undefined) expectEqualToStripe(document, await storedLedger(world), found);
  },
  steps,
  maxSteps: 12,
  begun: [known, [], [...known, visa], [...known, confirmation], [...known, visa, ...sent]],
  runs: 100,
});
beforeAll(driver.open);
afterAll(async () => {
  await driver.close();
  await sandbox.close();
});

const declined = payWith('tok_chargeDeclined', undefined);
const cancelled = [orderIs('cancelled'), orderStates([2])];
const closing = [orderIs('closing'), orderStates([2])];
const later = [abandoned, work('settle', undefined)];
const diesBefore = (at: Death['call']) => payWith('tok_visa', { when: 'before', call: at });
const foundOut = [abandoned, work('settle confirmations', undefined)];
const refusedByBank = [bankPage('fail'), ...foundOut];
const synced = webhook('charge.refunded');
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
  ['the bank confirms a payment', [...known, confirmation, bankPage('complete'), abandoned, looks()]],
  [
    'the bank refuses a payment, and its request is repeated',
    [...known, confirmation, bankPage('fail'), ...foundOut, confirmation],
  ],
  ['a confirmation is left for another card', [...known, confirmation, visa, bankPage('complete')]],
  [
    'a confirmation is completed while another card is tried',
    [...known, confirmation, steps.together([visa, bankPage('complete')], [1])],
  ],
  ['an order closes during a confirmation', [...known, confirmation, ...closing, bankPage('complete')]],
  ['an order closes after a confirmation', [...known, confirmation, bankPage('complete'), ...closing]],
  ['an order is cancelled after a confirmation', [...known, confirmation, bankPage('complete'), ...cancelled]],
  [
    'an order is cancelled after an unknown token has taken the place of a confirmation',
    [...known, confirmation, payWith('tok_unknown', undefined), bankPage('complete'), ...cancelled],
  ],
  [
    'an unknown token comes during a confirmation, which succeeds',
    [
      ...known,
      confirmation,
      payWith('tok_unknown', undefined),
      bankPage('complete'),
      abandoned,
      work('settle confirmations', undefined),
    ],
  ],
  [
    'a process dies before it tries another card during a confirmation, which succeeds',
    [
      ...known,
      confirmation,
      diesBefore('tryCard'),
      abandoned,
      work('settle', undefined),
      bankPage('complete'),
      work('settle confirmations', undefined),
    ],
  ],
  ['an operator refunds', [...known, visa, operatorRefunds(), visa]],
  [
    'a part is refunded before the order is cancelled',
    [...known, visa, moneyMoves('a part is refunded'), ...cancelled],
  ],
  [
    'a refund fails after the proceeds were sent',
    [...known, visa, ...sent, moneyMoves('all is refunded'), synced, moneyMoves('the last refund fails')],
  ],
  [
    'a dispute is lost after the proceeds were sent',
    [...known, visa, ...sent, moneyMoves('a dispute is opened'), synced, moneyMoves('the dispute is lost')],
  ],
  [
    'a dispute over the whole price is lost after a refund in part',
    [
      ...known,
      visa,
      moneyMoves('a part is refunded'),
      moneyMoves('a dispute over the whole price is opened'),
      synced,
      moneyMoves('the dispute is lost'),
    ],
  ],
  [
    'a dispute is won in part after the proceeds were sent, and the order is cancelled',
    [
      ...known,
      visa,
      ...sent,
      moneyMoves('a dispute is opened'),
      synced,
      moneyMoves('the dispute is won in part'),
      synced,
      ...cancelled,
    ],
  ],
  [
    'an appeal is won after the lost dispute of a cancelled order',
    [
      ...known,
      visa,
      moneyMoves('a dispute is opened'),
      ...cancelled,
      moneyMoves('the dispute is lost'),
      synced,
      moneyMoves('an appeal is won'),
      synced,
    ],
  ],
  [
    'an appeal is won after the proceeds were sent and taken back',
    [
      ...known,
      visa,
      ...sent,
      moneyMoves('a dispute is opened'),
      synced,
      moneyMoves('the dispute is lost'),
      synced,
      work('pay out', undefined),
      orderIs('cancelled'),
      orderStates([4]),
      moneyMoves('an appeal is won'),
      synced,
      work('pay out', undefined),
    ],
  ],
  [
    'a disputed order is cancelled',
    [...known, visa, moneyMoves('a dispute is opened'), ...cancelled, work('refund', undefined)],
  ],
  [
    'a bank refuses two payments',
    [...known, confirmation, ...refusedByBank, confirmation, confirmation, ...refusedByBank],
  ],
  ['another card comes when an order closes during a confirmation', [...known, confirmation, ...closing, visa]],
  [
    'a problem is reported before the proceeds are released',
    [
      ...known,
      visa,
      orderIs('delivered'),
      orderIs('disputed by its buyer'),
      orderStates([2, 3]),
      timePasses(payWindowMs),
      work('pay out', undefined),
    ],
  ],
  [
    'orders agrees before it is asked',
    [...known, visa, ...sold, work('pay out', undefined), timePasses(payWindowMs), work('pay out', undefined)],
  ],
  [
    'a refund is reported twice at once',
    [...known, visa, moneyMoves('a part is refunded'), steps.together([synced, synced], [1, 1, 1, 1, 1, 1])],
  ],
  [
    'a part is refunded after the proceeds were sent',
    [
      ...known,
      visa,
      ...sent,
      moneyMoves('a part is refunded'),
      synced,
      work('pay out', undefined),
      moneyMoves('a part is refunded'),
    ],
  ],
  [
    'an operator returns what a bank has sent back',
    [
      ...known,
      visa,
      ...cancelled,
      work('refund', undefined),
      moneyMoves('the last refund fails'),
      synced,
      operatorRefunds(),
    ],
  ],
  [
    'a process dies with the proceeds taken back',
    [
      ...known,
      visa,
      ...sent,
      moneyMoves('a part is refunded'),
      synced,
      work('pay out', { when: 'after', call: 'reverseTransfer' }),
    ],
  ],
  [
    'a process dies with the proceeds sent',
    [...known, visa, timePasses(payWindowMs), work('pay out', { when: 'after', call: 'createTransfer' })],
  ],
];

test.each(counterexamples)('When %s, then the charge is what a sequential one would be', (_, played) =>
  driver.play(played),
);

test(
  'When buyers, events and workers reach a charge in any order, then it is what a sequential one would be',
  driver.playRandomSteps,
  driver.timeoutMs,
);
