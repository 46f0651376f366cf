import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openTestSources, type TestSources } from '../test/test-sources.ts';
import { checks } from './all-checks.ts';
import { auditProduct, type Violation } from './audit-product.ts';
import { finishedLimits } from './check.ts';

let under: TestSources;

beforeAll(async () => {
  under = await openTestSources();
});
afterAll(() => under.close());

type Seeded = Awaited<ReturnType<TestSources['seed']>>;

const settleMs = 20;
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
const orders = () => under.collection('orders', 'orders');
const tickets = () => under.collection('tickets', 'tickets');
const files = () => under.collection('tickets', 'files');
const users = () => under.collection('auth', 'users');
const mails = () => under.collection('notifications', 'mail-jobs');
const ledger = () => under.collection('payments', 'ledger');
const payments = () => under.collection('payments', 'payments');
const park = (_id: string, ticketId: string, at: Date) =>
  under.collection('orders', 'dead-letters').insertOne({
    _id,
    subject: 'ticket.updated',
    status: 'parked',
    at,
    body: JSON.stringify({ aggregate: { type: 'ticket', id: ticketId }, data: { id: ticketId } }),
  });

/** Inserts a copy of the order under another id. */
const duplicateOrder = async (of: { readonly orderId: string }): Promise<string> => {
  const order = await orders().findOne({ _id: of.orderId });
  const id = newId();
  await orders().insertOne({ ...order, _id: id });
  return id;
};

/** Changes a charge at Stripe. */
const changeCharge = (id: string, change: Partial<(typeof under.stripe.charges)[number]>): void => {
  const { charges } = under.stripe;
  charges.splice(0, charges.length, ...charges.map((charge) => (charge.id === id ? { ...charge, ...change } : charge)));
};

/** Adds a charge at Stripe, for this order or for none. */
const chargeAgain = (orderId: string | undefined, id = `ch_again_${newId()}`): string => {
  under.stripe.charges.unshift({
    id,
    amount: 1999,
    currency: 'usd',
    amount_refunded: 0,
    paid: true,
    created: Math.floor(Date.now() / 1000),
    payment_intent: `pi_again_${id}`,
    metadata: orderId === undefined ? {} : { orderId },
  });
  return id;
};

/** By check: plants a violation, and returns an id that the check must report. */
const plants: Readonly<Record<string, (seeded: Seeded) => Promise<string>>> = {
  'one-live-order-per-ticket': ({ held }) => duplicateOrder(held),
  'one-complete-order-per-ticket': ({ sold }) => duplicateOrder(sold),
  'one-ticket-per-code': async ({ onSale, sold }) => {
    // The index over the codes was missing for a moment.
    await files().updateOne({ ticketId: onSale }, { $set: { codes: [`code-of-${sold.ticketId}`] } });
    return onSale;
  },
  'one-account-per-email': async ({ buyer }) => {
    const account = await users().findOne({ _id: buyer });
    const _id = newId();
    await users().insertOne({ ...account, _id, email: ' Buyer@Example.com' });
    return _id;
  },
  'one-charge-per-order': async ({ sold }) => chargeAgain(sold.orderId),
  'charge-is-order-price': async ({ sold }) => {
    changeCharge(sold.chargeId, { amount: 1998 });
    return sold.chargeId;
  },
  'complete-order-is-paid': async ({ sold }) => {
    under.stripe.charges.length = 0;
    return sold.orderId;
  },
  'cancelled-order-keeps-no-money': async ({ refunded }) => {
    changeCharge(refunded.chargeId, { amount_refunded: 0 });
    return refunded.orderId;
  },
  'money-is-returned-once': async ({ refunded }) => {
    const [refund] = under.stripe.refunds;
    if (refund !== undefined) under.stripe.refunds.unshift({ ...refund, id: 're_again' });
    return refunded.orderId;
  },
  'charge-has-order': async () => chargeAgain(newId()),
  'paid-order-completes': async ({ held }) => chargeAgain(held.orderId),
  'paid-order-is-kept': async ({ refunded }) => {
    await orders().updateOne({ _id: refunded.orderId }, { $set: { reason: 'expired' } });
    return refunded.orderId;
  },
  'charges-match-stripe': async ({ sold }) => {
    await payments().updateOne({ _id: sold.orderId }, { $set: { status: 'created' } });
    return sold.orderId;
  },
  'payment-intents-match-stripe': async ({ cancelled }) => {
    const created = Math.floor(Date.now() / 1000);
    const metadata = { orderId: cancelled.orderId };
    under.stripe.intents.unshift({ id: cancelled.intentId, status: 'requires_payment_method', created, metadata });
    await payments().updateOne(
      { _id: cancelled.orderId },
      { $set: { status: 'created', stripeId: cancelled.intentId } },
    );
    return cancelled.orderId;
  },
  'disputes-are-recorded': async ({ sold }) => {
    const created = Math.floor(minutesAgo(2).getTime() / 1000);
    under.stripe.disputes.unshift({ id: 'dp_unknown', payment_intent: sold.intentId, created });
    return 'dp_unknown';
  },
  'ledger-is-balanced': async ({ sold }) => {
    const lines = [
      { account: 'stripe', amount: 1999 },
      { account: 'fees', amount: -1998 },
    ];
    await ledger().updateOne({ _id: `charge:${sold.orderId}` }, { $set: { lines } });
    return sold.orderId;
  },
  'ledger-matches-charges': async ({ sold }) => {
    await payments().updateOne({ _id: sold.orderId }, { $set: { left: 1998 } });
    return sold.orderId;
  },
  'ledger-matches-stripe': async ({ refunded }) => {
    await ledger().deleteOne({ orderId: refunded.orderId, _id: /^refund:/ });
    return `refund:re_${refunded.orderId}`;
  },
  'held-ticket-has-live-order': async ({ held }) => {
    await orders().updateOne({ _id: held.orderId }, { $set: { status: 'cancelled', reason: 'expired', version: 2 } });
    return held.ticketId;
  },
  'live-order-has-ticket': async ({ held }) => {
    await tickets().updateOne({ _id: held.ticketId }, { $set: { availability: 'on_sale' }, $unset: { orderId: true } });
    return held.orderId;
  },
  'sold-ticket-has-complete-order': async ({ sold }) => {
    await orders().deleteOne({ _id: sold.orderId });
    return sold.ticketId;
  },
  'complete-order-sold-its-ticket': async ({ sold }) => {
    await tickets().updateOne({ _id: sold.ticketId }, { $set: { availability: 'held' }, $unset: { soldAt: true } });
    return sold.orderId;
  },
  'held-price-is-order-price': async ({ held }) => {
    await tickets().updateOne({ _id: held.ticketId }, { $set: { price: 2999 } });
    return held.ticketId;
  },
  'held-listing-is-order-listing': async ({ sold }) => {
    await tickets().updateOne({ _id: sold.ticketId }, { $set: { seat: '13' } });
    return sold.ticketId;
  },
  'order-has-one-buyer-and-seller': async ({ sold }) => {
    const ticket = await tickets().findOne({ _id: sold.ticketId });
    await orders().updateOne({ _id: sold.orderId }, { $set: { userId: ticket?.['userId'] } });
    return sold.orderId;
  },
  'ticket-has-its-file': async ({ sold }) => {
    await files().deleteOne({ ticketId: sold.ticketId });
    return sold.ticketId;
  },
  'order-follows-delivery': async ({ sold }) => {
    await orders().updateOne(
      { _id: sold.orderId },
      { $set: { status: 'cancelled', reason: 'not_delivered', completedAt: new Date() } },
    );
    return sold.orderId;
  },
  'legal-order-state': async ({ cancelled }) => {
    // Confirmed after it was cancelled.
    await orders().updateOne({ _id: cancelled.orderId }, { $set: { status: 'awaiting:payment', version: 1 } });
    return cancelled.orderId;
  },
  'legal-ticket-state': async ({ held }) => {
    await tickets().updateOne(
      { _id: held.ticketId },
      { $set: { closedOrders: [{ id: held.orderId, at: new Date() }] } },
    );
    return held.ticketId;
  },
  'one-unpaid-order-per-slot': ({ held }) => duplicateOrder(held),
  'order-is-confirmed-in-time': async ({ created }) => {
    await orders().updateOne({ _id: created.orderId }, { $set: { createdAt: minutesAgo(1) } });
    return created.orderId;
  },
  'hold-ends-at-deadline': async ({ held }) => {
    await orders().updateOne({ _id: held.orderId }, { $set: { expiresAt: minutesAgo(1) } });
    return held.orderId;
  },
  'delivery-is-decided-in-time': async ({ sold }) => {
    await tickets().updateOne(
      { _id: sold.ticketId },
      { $set: { dueAt: minutesAgo(1) }, $unset: { deliveredAt: true } },
    );
    return sold.ticketId;
  },
  'payment-is-settled-in-time': async ({ held }) => {
    await payments().updateOne({ _id: held.orderId }, { $set: { openAttempt: { number: 1, at: minutesAgo(3) } } });
    return held.orderId;
  },
  'timer-follows-order': async ({ held }) => {
    await under.collection('expiration', 'timers').deleteOne({ _id: held.orderId });
    return held.orderId;
  },
  'closed-account-is-forgotten': async ({ closed, onSale }) => {
    await tickets().updateOne({ _id: onSale }, { $set: { userId: closed } });
    return onSale;
  },
  'session-endings-are-known': async ({ endedSession }) => {
    await under.collection('orders', 'session-endings').deleteOne({ _id: endedSession });
    return endedSession;
  },
  'sale-is-mailed': async ({ sold }) => {
    await mails().deleteOne({ _id: `sold:${sold.orderId}` });
    return sold.orderId;
  },
  'mail-is-tried-in-time': async ({ sold }) => {
    await mails().updateOne({ _id: `paid:${sold.orderId}` }, { $set: { dueAt: minutesAgo(61) } });
    return `paid:${sold.orderId}`;
  },
  'ticket-copies-are-true': async ({ onSale }) => {
    await tickets().updateOne({ _id: onSale }, { $set: { version: 1 } });
    return onSale;
  },
  'order-copies-are-true': async ({ held }) => {
    await payments().updateOne({ _id: held.orderId }, { $set: { 'order.version': 2 } });
    return held.orderId;
  },
  'account-copies-are-true': async ({ buyer }) => {
    // The change of its e-mail was never published.
    await users().updateOne({ _id: buyer }, { $set: { version: 1, email: 'new@example.com' } });
    return buyer;
  },
  'nothing-unpublished': async ({ onSale }) => {
    const entry = { id: 'event-left-behind', type: 'ticket.created', time: minutesAgo(1) };
    await tickets().updateOne({ _id: onSale }, { $set: { outbox: [entry] } });
    return 'event-left-behind';
  },
  'nothing-undelivered': () => under.leaveUndelivered(),
  'nothing-parked': async ({ onSale }) => {
    await park('orders_ticket-updated/7-1', onSale, minutesAgo(11));
    return 'orders_ticket-updated/7-1';
  },
  'no-dead-letters': async () => {
    const _id = 'payments_order-created/7-1';
    await under.collection('payments', 'dead-letters').insertOne({ _id, subject: 'order.created', at: new Date() });
    return _id;
  },
};

const reportedIds = (violations: readonly Violation[], check: string): string[] =>
  violations.filter((violation) => violation.check === check).flatMap(({ ids }) => ids);

test('When a durable consumer is deleted, then it is reported', async () => {
  await under.seed();
  const durable = 'payments_order-cancelled';
  await under.deleteConsumer(durable);
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, 'nothing-undelivered')).toEqual([durable]);
  await under.seed();
  expect((await auditProduct(under.sources, { settleMs })).violations).toEqual([]);
});

test('When a check exists, then a violation is planted for it', () => {
  expect(Object.keys(plants)).toEqual(checks.map(({ name }) => name));
});

test('When nothing is wrong, then one snapshot shows it and every check has checked something', async () => {
  await under.seed();
  const { violations, counts, snapshots } = await auditProduct(under.sources, { settleMs });
  expect(violations).toEqual([]);
  expect(snapshots).toBe(1);
  // Without disputes, open attempts, waiting mails, waiting or parked events and dead letters, these six have nothing to check.
  expect(counts.filter(({ checked }) => checked === 0).map(({ check }) => check)).toEqual([
    'disputes-are-recorded',
    'payment-is-settled-in-time',
    'mail-is-tried-in-time',
    'nothing-unpublished',
    'nothing-parked',
    'no-dead-letters',
  ]);
});

test.each(checks.map(({ name }) => name))(
  'When %s is violated, then the violation is reported with its ids',
  async (check) => {
    const id = await plants[check]?.(await under.seed());
    const { violations, counts } = await auditProduct(under.sources, { settleMs });
    expect(reportedIds(violations, check)).toContain(id);
    expect(counts.find((count) => count.check === check)?.violations).toBeGreaterThan(0);
  },
);

test.each([
  { availability: 'withdrawn' },
  { availability: 'withdrawn', withdrawnAt: new Date(), orderId: 'order' },
  { availability: 'on_sale', withdrawnAt: new Date() },
  { availability: 'over', orderId: 'order' },
])('When a ticket is in the state %j, which nothing leaves it in, then it is reported', async (state) => {
  const { onSale } = await under.seed();
  await tickets().updateOne({ _id: onSale }, { $set: state });
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, 'legal-ticket-state')).toContain(onSale);
});

test('When the event of a ticket began before it was sold, then it is over, and nothing is reported', async () => {
  const { onSale } = await under.seed();
  await tickets().updateOne({ _id: onSale }, { $set: { availability: 'over', startsAt: new Date() } });
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, 'legal-ticket-state')).not.toContain(onSale);
});

const day = 24 * 60 * 60_000;
/** What the same check must report beside what is planted for it above. */
const alsoPlanted: Readonly<Record<string, readonly [string, (seeded: Seeded) => Promise<string>]>> = {
  'an order has expired a day before its deadline': [
    'hold-ends-at-deadline',
    async ({ cancelled }) => {
      const history = [{ status: 'cancelled', reason: 'expired', at: new Date() }];
      await orders().updateOne(
        { _id: cancelled.orderId },
        { $set: { reason: 'expired', expiresAt: new Date(Date.now() + day), history } },
      );
      return cancelled.orderId;
    },
  ],
  'payments has not answered a closing order': [
    'hold-ends-at-deadline',
    async ({ held }) => {
      await orders().updateOne(
        { _id: held.orderId },
        { $set: { expiresAt: minutesAgo(1), closing: 'expired', version: 2 } },
      );
      return held.orderId;
    },
  ],
  'a sold ticket has another title than its order': [
    'held-listing-is-order-listing',
    async ({ sold }) => {
      await orders().updateOne({ _id: sold.orderId }, { $set: { 'ticket.title': 'Semi-final' } });
      return sold.orderId;
    },
  ],
  'a held ticket has a row that its order lacks': [
    'held-listing-is-order-listing',
    async ({ held }) => {
      await orders().updateOne({ _id: held.orderId }, { $unset: { 'ticket.row': true } });
      return held.ticketId;
    },
  ],
  'a held ticket has another revision than its order': [
    'held-listing-is-order-listing',
    async ({ held }) => {
      await tickets().updateOne({ _id: held.ticketId }, { $set: { revision: 1 } });
      return held.ticketId;
    },
  ],
  'a buyer named another price than that of the order': [
    'held-price-is-order-price',
    async ({ sold }) => {
      await orders().updateOne({ _id: sold.orderId }, { $set: { expectedPrice: 1899 } });
      return sold.orderId;
    },
  ],
  'a charge is of another user than its order': [
    'order-has-one-buyer-and-seller',
    async ({ sold }) => {
      await payments().updateOne({ _id: sold.orderId }, { $set: { 'order.userId': newId() } });
      return sold.orderId;
    },
  ],
  'a ticket was sold to another user than the buyer of its order': [
    'order-has-one-buyer-and-seller',
    async ({ sold }) => {
      await tickets().updateOne({ _id: sold.ticketId }, { $set: { buyerId: newId() } });
      return sold.orderId;
    },
  ],
  'a charge at Stripe is in another currency': [
    'charge-is-order-price',
    async ({ sold }) => {
      changeCharge(sold.chargeId, { currency: 'jpy' });
      return sold.orderId;
    },
  ],
  'a charge is recorded in another currency': [
    'charge-is-order-price',
    async ({ sold }) => {
      await payments().updateOne({ _id: sold.orderId }, { $set: { currency: 'jpy' } });
      return sold.orderId;
    },
  ],
  'a charge has a PaymentIntent that Stripe does not know': [
    'payment-intents-match-stripe',
    async ({ sold }) => {
      await payments().updateOne({ _id: sold.orderId }, { $set: { stripeId: 'pi_of_nobody' } });
      return sold.orderId;
    },
  ],
  'a charge has the PaymentIntent of another order': [
    'payment-intents-match-stripe',
    async ({ sold, refunded }) => {
      await payments().updateOne({ _id: sold.orderId }, { $set: { stripeId: refunded.intentId } });
      return sold.orderId;
    },
  ],
  'a refund has failed that the services take for made': [
    'charges-match-stripe',
    async ({ refunded }) => {
      under.stripe.refunds.length = 0;
      changeCharge(refunded.chargeId, { amount_refunded: 0 });
      return refunded.orderId;
    },
  ],
  'a closed account has a live session': [
    'closed-account-is-forgotten',
    async ({ closed }) => {
      const startedAt = new Date();
      const expiresAt = new Date(Date.now() + day);
      await under.collection('auth', 'sessions').insertOne({ _id: newId(), userId: closed, startedAt, expiresAt });
      return closed;
    },
  ],
  'a closed account holds a ticket': [
    'closed-account-is-forgotten',
    async ({ closed, held }) => {
      await orders().updateOne({ _id: held.orderId }, { $set: { userId: closed, createdAt: minutesAgo(2) } });
      return held.orderId;
    },
  ],
  'auth keeps the e-mail of a closed account': [
    'closed-account-is-forgotten',
    async ({ closed }) => {
      await users().updateOne({ _id: closed }, { $set: { email: 'closed@example.com' } });
      return closed;
    },
  ],
  'notifications keeps the e-mail of a closed account': [
    'account-copies-are-true',
    async ({ closed }) => {
      const recipients = under.collection('notifications', 'recipients');
      await recipients.updateOne({ _id: closed }, { $set: { 'user.email': 'closed@example.com' } });
      return closed;
    },
  ],
  'payments has a copy of an account that does not exist': [
    'account-copies-are-true',
    async ({ buyer }) => {
      const copies = under.collection('payments', 'payout-accounts');
      const copy = await copies.findOne({ _id: buyer });
      const _id = newId();
      await copies.insertOne({ ...copy, _id });
      return _id;
    },
  ],
  'a service does not know that all sessions of an account have ended': [
    'session-endings-are-known',
    async ({ closed }) => {
      const issuedBefore = minutesAgo(20);
      await under
        .collection('tickets', 'session-endings')
        .updateOne({ _id: `user:${closed}` }, { $set: { issuedBefore } });
      return closed;
    },
  ],
  'a mail waits in the document of its account': [
    'mail-is-tried-in-time',
    async ({ buyer }) => {
      await users().updateOne({ _id: buyer }, { $set: { mail: [{ id: 'verify:1', at: minutesAgo(61) }] } });
      return 'verify:1';
    },
  ],
  'the dead letter of an update was discarded': [
    'ticket-copies-are-true',
    async ({ onSale }) => {
      // As it stays once the letter is gone: nothing brings the update back.
      await tickets().updateOne({ _id: onSale }, { $set: { version: 1, seat: '13' } });
      return onSale;
    },
  ],
};

test('When a consumer falls behind but moves, then it is reported', async () => {
  await under.seed();
  const durable = await under.leaveUndelivered();
  await under.leaveUndelivered();
  const moved = Promise.withResolvers<void>();
  const auditing = auditProduct(under.sources, {
    settleMs: 1_500,
    limits: { deliverWithinMs: 0 },
    onSuspicions: () => {
      under.deliverOne().then(() => moved.resolve(), moved.reject);
    },
  });
  const [{ violations }] = await Promise.all([auditing, moved.promise]);
  expect(reportedIds(violations, 'nothing-undelivered')).toEqual([durable]);
});

test.each(Object.keys(alsoPlanted))('When %s, then it is reported', async (what) => {
  const [check, plant] = alsoPlanted[what] ?? [];
  const id = await plant?.(await under.seed());
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, check ?? '')).toContain(id);
});

const failed = { $set: { deliveryFailedAt: new Date() } };
test.each([
  [
    'its order does not show that it is delivered',
    {},
    { $set: { delivery: { status: 'pending' } } },
    'order-follows-delivery',
  ],
  ['its delivery has failed', { ...failed, $unset: { deliveredAt: true } }, {}, 'order-follows-delivery'],
  ['it is delivered, and its delivery has failed', failed, {}, 'delivery-is-decided-in-time'],
] as const)('When a ticket is sold and %s, then it is reported', async (_, ticket, order, check) => {
  const { sold } = await under.seed();
  const change = { $set: {} };
  await tickets().updateOne({ _id: sold.ticketId }, { ...change, ...ticket });
  await orders().updateOne({ _id: sold.orderId }, { ...change, ...order });
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, check)).toContain(sold.orderId);
});

test('When a delivery has a minute left, or has just ended, then nothing is reported', async () => {
  const { sold } = await under.seed();
  await orders().updateOne({ _id: sold.orderId }, { $set: { delivery: { status: 'pending' } } });
  for (const dueAt of [minutesAgo(-1), new Date()]) {
    await tickets().updateOne({ _id: sold.ticketId }, { $set: { dueAt }, $unset: { deliveredAt: true } });
    const { violations } = await auditProduct(under.sources, { settleMs });
    expect(violations).toEqual([]);
  }
});

test('When a withdrawn ticket had a code that another ticket has now, then nothing is reported', async () => {
  const { onSale, sold } = await under.seed();
  await files().updateOne({ ticketId: onSale }, { $set: { codes: [`code-of-${sold.ticketId}`] } });
  await tickets().updateOne({ _id: onSale }, { $set: { availability: 'withdrawn', withdrawnAt: new Date() } });
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(violations).toEqual([]);
});

test('When an order of the release before has a title alone, then nothing is reported', async () => {
  const { held } = await under.seed();
  await orders().updateOne({ _id: held.orderId }, { $unset: { 'ticket.row': true, 'ticket.seat': true } });
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(violations).toEqual([]);
});

/** Refunds the charge at Stripe, longer ago than the services need to hear of it. */
const refundAtStripe = ({ chargeId, orderId }: Seeded['sold'], amount: number): void => {
  changeCharge(chargeId, { amount_refunded: amount });
  const created = Math.floor(minutesAgo(5).getTime() / 1000);
  under.stripe.refunds.unshift({
    id: `re_${newId()}`,
    charge: chargeId,
    amount,
    status: 'succeeded',
    created,
    metadata: { orderId },
  });
};
/** What orders and payments store once a complete order was undone. */
const undo = async ({ orderId }: Seeded['sold'], charge: object, order: object = {}): Promise<void> => {
  const end = { status: 'cancelled', version: 3 };
  await orders().updateOne(
    { _id: orderId },
    { $set: { ...end, reason: 'refunded', completedAt: new Date(), ...order } },
  );
  const copy = { 'order.status': 'cancelled', 'order.version': 3 };
  await payments().updateOne(
    { _id: orderId },
    { $set: { status: 'refunded', ...copy, ...charge } },
    { ignoreUndefined: false },
  );
};

/** Records a movement as the services do, with its counterpart at Stripe. */
const book = async (
  { orderId }: Seeded['sold'],
  cause: string,
  amounts: Readonly<Record<string, number>>,
): Promise<void> => {
  const lines = Object.entries(amounts).map(([account, amount]) => ({ account, amount }));
  await ledger().insertOne({ _id: cause, orderId, at: new Date(), lines });
  const [type = '', source = ''] = cause.split(':');
  const { stripe: amount } = amounts;
  if (amount === undefined) return;
  const types: Readonly<Record<string, string>> = { refund: 'refund', dispute: 'adjustment' };
  const created = Math.floor(Date.now() / 1000);
  under.stripe.transactions.unshift({ id: `txn_${cause}`, type: types[type] ?? '', source, amount, created });
};
const seller = 'seller:s:held';
const refund = (amount: number, status = 'succeeded') => ({ id: `re_${newId()}`, amount, status });
const bookRefund = (sold: Seeded['sold'], amount: number) =>
  book(sold, `refund:re_${newId()}`, { stripe: -amount, [seller]: amount });

/** A refund has failed, and an operator has recorded that this was returned outside Stripe. */
const failAndReturn = async (sold: Seeded['sold'], elsewhere: number): Promise<void> => {
  await book(sold, 'refund-failed:re', { [seller]: 1999, buyers: -1999 });
  await book(sold, 'returned-outside-stripe:request', { buyers: elsewhere, outside_stripe: -elsewhere });
  const returnedOutsideStripe = [{ amount: elsewhere }];
  await undo(sold, { amountRefunded: 0, left: 0, owed: 0, refunds: [refund(1999, 'failed')], returnedOutsideStripe });
};

test('When less was returned outside Stripe than is owed, then the audit finds it', async () => {
  const { sold } = await under.seed();
  await failAndReturn(sold, 1998);
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(violations.map(({ check }) => check).toSorted()).toEqual([
    'cancelled-order-keeps-no-money',
    'ledger-matches-charges',
  ]);
});

test('When Stripe refunds what was returned outside Stripe, then the audit finds it', async () => {
  const { sold } = await under.seed();
  await failAndReturn(sold, 1999);
  refundAtStripe(sold, 1999);
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(violations.map(({ check }) => check)).toContain('money-is-returned-once');
});

const lost = { status: 'lost', reason: 'fraudulent' };
const won = { status: 'won', reason: 'fraudulent' };
const disputed = { status: 'needs_response', reason: 'fraudulent' };
const undone: Readonly<Record<string, (sold: Seeded['sold']) => Promise<unknown>>> = {
  'in part': async (sold) => {
    refundAtStripe(sold, 500);
    refundAtStripe(sold, 500);
    changeCharge(sold.chargeId, { amount_refunded: 1000 });
    await bookRefund(sold, 1000);
    const changed = { amountRefunded: 1000, refundStatus: 'succeeded', left: 999, refunds: [refund(1000)] };
    await payments().updateOne({ _id: sold.orderId }, { $set: changed });
  },
  'in full': async (sold) => {
    refundAtStripe(sold, 1999);
    await bookRefund(sold, 1999);
    await undo(sold, { amountRefunded: 1999, refundStatus: 'succeeded', left: 0, refunds: [refund(1999)] });
  },
  'in full, by a release that does not write how much': async (sold) => {
    refundAtStripe(sold, 1999);
    await undo(sold, { owed: undefined });
  },
  'and the refund fails': async (sold) => {
    await book(sold, 'refund-failed:re', { [seller]: 1999, buyers: -1999 });
    await undo(sold, { amountRefunded: 0, left: 0, owed: 1999, refunds: [refund(1999, 'failed')] });
  },
  'and the refund fails, and an operator returns the money in another way': (sold) => failAndReturn(sold, 1999),
  'in two refunds of which the first fails': async (sold) => {
    refundAtStripe(sold, 500);
    await bookRefund(sold, 500);
    await book(sold, 'refund-failed:re', { [seller]: 1499, buyers: -1499 });
    const refunds = [refund(1499, 'failed'), refund(500)];
    await undo(sold, { amountRefunded: 500, left: 0, owed: 1499, refunds });
  },
  'by a dispute that the seller lost': async (sold) => {
    await book(sold, 'dispute:dp:opened', { stripe: -1999, disputes: 1999 });
    await book(sold, 'dispute:dp:lost', { disputes: -1999, [seller]: 1999 });
    const disputes = [{ ...lost, amount: 1999, movements: [{ amount: -1999 }], taken: { amount: 1999 } }];
    await undo(sold, { amountRefunded: 0, left: 0, dispute: lost, disputes });
  },
  'by a dispute that the seller lost, and an appeal gives the money back': async (sold) => {
    await book(sold, 'dispute:dp:opened', { stripe: -1999, disputes: 1999 });
    await book(sold, 'dispute:dp:lost', { disputes: -1999, [seller]: 1999 });
    await book(sold, 'dispute:dp:won', { stripe: 1999, disputes: -1999 });
    await book(sold, 'dispute:dp:lost:2', { disputes: 1999, [seller]: -1999 });
    const movements = [{ amount: -1999 }, { amount: 1999 }];
    await undo(sold, { amountRefunded: 0, dispute: won, disputes: [{ ...won, movements, taken: { amount: 0 } }] });
  },
  'after a dispute that the seller won in part': async (sold) => {
    await book(sold, 'dispute:dp:opened', { stripe: -1999, disputes: 1999 });
    await book(sold, 'dispute:dp:won', { stripe: 1499, disputes: -1499 });
    await book(sold, 'dispute:dp:lost', { disputes: -500, [seller]: 500 });
    refundAtStripe(sold, 1499);
    await bookRefund(sold, 1499);
    const movements = [{ amount: -1999 }, { amount: 1499 }];
    const disputes = [{ ...won, movements, taken: { amount: 500 } }];
    await undo(sold, { amountRefunded: 1499, left: 0, refunds: [refund(1499)], dispute: won, disputes });
  },
  'by a lost dispute, recorded by a release that books by status': async (sold) => {
    await book(sold, 'dispute:dp:opened', { stripe: -1999, disputes: 1999 });
    await book(sold, 'dispute:dp:lost', { disputes: -1999, [seller]: 1999 });
    await undo(sold, { amountRefunded: 0, left: 0, dispute: lost, disputes: [{ ...lost, amount: 1999 }] });
  },
  'and the refund waits for the end of a dispute': async (sold) => {
    await book(sold, 'dispute:dp:opened', { stripe: -1999, disputes: 1999 });
    await undo(sold, {
      status: 'completed',
      amountRefunded: 0,
      dispute: disputed,
      disputes: [{ ...disputed, amount: 1999, movements: [{ amount: -1999 }] }],
      refundDue: { due: new Date(), since: minutesAgo(10) },
    });
  },
};

test.each(Object.keys(undone))('When a sale is refunded %s, then that is no violation', async (how) => {
  const { sold } = await under.seed();
  await undone[how]?.(sold);
  expect((await auditProduct(under.sources, { settleMs })).violations).toEqual([]);
});

test('When a payment has just been refunded at Stripe, then nothing is reported until the services must have heard of it', async () => {
  const { sold } = await under.seed();
  refundAtStripe(sold, 1999);
  const limits = { settleWithinMs: 10 * 60_000 };
  expect((await auditProduct(under.sources, { settleMs, limits })).violations).toEqual([]);
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(violations.map(({ check }) => check)).toEqual([
    'complete-order-is-paid',
    'money-is-returned-once',
    'charges-match-stripe',
  ]);
});

test.each([
  ['an order that was complete is cancelled by its buyer', { version: 3, reason: 'by_buyer' }],
  ['an order has a version that neither its delivery nor a report of a problem explains', { version: 6 }],
  ['an order with a problem has made no further step', { version: 1, problemAt: new Date() }],
])('When %s, then it is reported', async (_, change) => {
  const { sold } = await under.seed();
  await undo(sold, { 'order.version': change.version }, change);
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, 'legal-order-state')).toEqual([sold.orderId]);
});

test('When a buyer reports problems again and again and is then refunded, then each report is a version of the order', async () => {
  const { sold } = await under.seed();
  refundAtStripe(sold, 1999);
  await undo(
    sold,
    { amountRefunded: 1999, 'order.version': 9, owed: undefined },
    { version: 9, problemAt: new Date() },
  );
  expect((await auditProduct(under.sources, { settleMs })).violations).toEqual([]);
});

test('When a ticket was sold and refunded, then no other order keeps it', async () => {
  const { sold } = await under.seed();
  refundAtStripe(sold, 1999);
  await undo(sold, { amountRefunded: 1999 });
  await duplicateOrder(sold);
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, 'one-live-order-per-ticket')).toContain(sold.ticketId);
  expect(reportedIds(violations, 'one-complete-order-per-ticket')).toContain(sold.ticketId);
});

test('When an order is cancelled because its account was closed although it was paid, then it is reported', async () => {
  const { refunded } = await under.seed();
  await orders().updateOne({ _id: refunded.orderId }, { $set: { reason: 'account_closed' } });
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, 'paid-order-is-kept')).toEqual([refunded.orderId]);
});

test('When a payment has no outcome or an order is late, but within the limits, then that is no violation', async () => {
  const { created, held } = await under.seed();
  await orders().updateOne({ _id: created.orderId }, { $set: { createdAt: new Date(Date.now() - 20_000) } });
  const deadline = new Date(Date.now() - 3_000);
  await orders().updateOne({ _id: held.orderId }, { $set: { expiresAt: deadline } });
  await under.collection('expiration', 'timers').updateOne({ _id: held.orderId }, { $set: { deadline } });
  await payments().updateOne({ _id: held.orderId }, { $set: { openAttempt: { number: 1, at: minutesAgo(1) } } });
  expect((await auditProduct(under.sources, { settleMs })).violations).toEqual([]);
});

test('When an event about a ticket is parked, then its copy is behind without a violation, but not for ever', async () => {
  const { onSale } = await under.seed();
  await tickets().updateOne({ _id: onSale }, { $set: { version: 1 } });
  await park('orders_ticket-updated/7-2', onSale, minutesAgo(9));
  expect((await auditProduct(under.sources, { settleMs })).violations).toEqual([]);
  const limits = { handleParkedWithinMs: 8 * 60_000 };
  const { violations } = await auditProduct(under.sources, { settleMs, limits });
  expect(violations.map(({ check }) => check)).toEqual(['ticket-copies-are-true', 'nothing-parked']);
});

test('When all work should be finished, then what waits is reported, however short it has waited', async () => {
  const { onSale, sold, held } = await under.seed();
  const at = new Date(Date.now() - 1_000);
  await tickets().updateOne({ _id: onSale }, { $set: { version: 1 } });
  await park('orders_ticket-updated/7-4', onSale, at);
  await mails().updateOne({ _id: `paid:${sold.orderId}` }, { $set: { dueAt: at } });
  await payments().updateOne({ _id: held.orderId }, { $set: { openAttempt: { number: 1, at } } });
  expect((await auditProduct(under.sources, { settleMs })).violations).toEqual([]);
  const { violations } = await auditProduct(under.sources, { settleMs, limits: finishedLimits });
  expect([...new Set(violations.map(({ check }) => check))]).toEqual([
    'order-is-confirmed-in-time',
    'payment-is-settled-in-time',
    'mail-is-tried-in-time',
    'ticket-copies-are-true',
    'nothing-parked',
  ]);
});

test('When an event about a ticket is parked, then rules that no event may break still hold for it', async () => {
  const { held } = await under.seed();
  await park('orders_ticket-updated/7-3', held.ticketId, new Date());
  await tickets().updateOne({ _id: held.ticketId }, { $set: { availability: 'on_sale' }, $unset: { orderId: true } });
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, 'live-order-has-ticket')).toContain(held.ticketId);
});

test('When only the first snapshot shows a violation, then an event was in flight and nothing is reported', async () => {
  const { onSale } = await under.seed();
  await tickets().updateOne({ _id: onSale }, { $set: { version: 1 } });
  const seen: string[] = [];
  const arrival = Promise.withResolvers<void>();
  const auditing = auditProduct(under.sources, {
    settleMs: 300,
    onSuspicions: (suspicions) => {
      seen.push(...reportedIds(suspicions, 'ticket-copies-are-true'));
      under
        .collection('orders', 'tickets')
        .updateOne({ _id: onSale }, { $set: { 'ticket.version': 1 } })
        .then(() => arrival.resolve(), arrival.reject);
    },
  });
  const [{ violations, snapshots }] = await Promise.all([auditing, arrival.promise]);
  expect(seen).toEqual([onSale]);
  expect(violations).toEqual([]);
  expect(snapshots).toBe(2);
});

test('When the second snapshot shows another violation of the same ticket, then it has changed and nothing is reported', async () => {
  const { onSale } = await under.seed();
  await tickets().updateOne({ _id: onSale }, { $set: { version: 1 } });
  const arrival = Promise.withResolvers<void>();
  const auditing = auditProduct(under.sources, {
    settleMs: 300,
    onSuspicions: () => {
      tickets()
        .updateOne({ _id: onSale }, { $set: { version: 2 } })
        .then(() => arrival.resolve(), arrival.reject);
    },
  });
  const [{ violations }] = await Promise.all([auditing, arrival.promise]);
  expect(violations).toEqual([]);
});

test('When there are more charges than one page of Stripe holds, then every page is read', async () => {
  const { sold } = await under.seed();
  for (let index = 0; index < 250; index += 1) chargeAgain(sold.orderId);
  const { violations } = await auditProduct(under.sources, { settleMs });
  expect(reportedIds(violations, 'one-charge-per-order')).toHaveLength(252);
});
