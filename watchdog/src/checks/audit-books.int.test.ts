import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openBooksUnderTest, type BooksUnderTest } from '../test/books-under-test.ts';
import { checks } from './all-checks.ts';
import { auditBooks, type Violation } from './audit-books.ts';

let under: BooksUnderTest;

beforeAll(async () => {
  under = await openBooksUnderTest();
});
afterAll(() => under.close());

type Consistent = Awaited<ReturnType<BooksUnderTest['consistent']>>;

const settleMs = 20;
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
const orders = () => under.rows('orders', 'orders');
const tickets = () => under.rows('tickets', 'tickets');
const payments = () => under.rows('payments', 'payments');

/** Another order of the same ticket, otherwise the same. */
const secondOrder = async (of: { readonly orderId: string }): Promise<string> => {
  const order = await orders().findOne({ _id: of.orderId });
  const id = newId();
  await orders().insertOne({ ...order, _id: id });
  return id;
};

/** A change of the charge of this id at Stripe. */
const chargeAtStripe = (id: string, change: { readonly amount?: number; readonly amount_refunded?: number }): void => {
  const index = under.stripe.charges.findIndex((charge) => charge.id === id);
  const [charge] = under.stripe.charges.slice(index, index + 1);
  if (charge !== undefined) under.stripe.charges.splice(index, 1, { ...charge, ...change });
};

/** One more charge for the order, as far as Stripe knows. */
const chargeAgain = (orderId: string | undefined, id = `ch_again_${newId()}`): string => {
  under.stripe.charges.unshift({
    id,
    amount: 1999,
    amount_refunded: 0,
    paid: true,
    created: Math.floor(Date.now() / 1000),
    payment_intent: `pi_again_${id}`,
    metadata: orderId === undefined ? {} : { orderId },
  });
  return id;
};

/** By check: breaks consistent books so that it must speak up, and answers an id that it must name. */
const plants: Readonly<Record<string, (books: Consistent) => Promise<string>>> = {
  'one-live-order-per-ticket': ({ held }) => secondOrder(held),
  'one-complete-order-per-ticket': ({ sold }) => secondOrder(sold),
  'one-charge-per-order': async ({ sold }) => chargeAgain(sold.orderId),
  'charge-is-order-price': async ({ sold }) => {
    chargeAtStripe(sold.chargeId, { amount: 1998 });
    return sold.chargeId;
  },
  'complete-order-is-paid': async ({ sold }) => {
    under.stripe.charges.length = 0;
    return sold.orderId;
  },
  'cancelled-order-keeps-no-money': async ({ refunded }) => {
    chargeAtStripe(refunded.chargeId, { amount_refunded: 0 });
    return refunded.orderId;
  },
  'money-is-returned-once': async ({ refunded }) => {
    const [refund] = under.stripe.refunds;
    if (refund !== undefined) under.stripe.refunds.unshift({ ...refund, id: 're_again' });
    return refunded.orderId;
  },
  'charge-has-order': async () => chargeAgain(newId()),
  'paid-order-completes': async ({ held }) => chargeAgain(held.orderId),
  'charges-match-stripe': async ({ sold }) => {
    await payments().updateOne({ _id: sold.orderId }, { $set: { status: 'created' } });
    return sold.orderId;
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
  'legal-order-state': async ({ cancelled }) => {
    // Cancelled, and then confirmed after all.
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
  'order-is-confirmed-in-time': async ({ created }) => {
    await orders().updateOne({ _id: created.orderId }, { $set: { createdAt: minutesAgo(1) } });
    return created.orderId;
  },
  'hold-ends-at-deadline': async ({ held }) => {
    await orders().updateOne({ _id: held.orderId }, { $set: { expiresAt: minutesAgo(1) } });
    return held.orderId;
  },
  'payment-is-settled-in-time': async ({ held }) => {
    await payments().updateOne({ _id: held.orderId }, { $set: { openAttempt: { number: 1, at: minutesAgo(3) } } });
    return held.orderId;
  },
  'timer-follows-order': async ({ held }) => {
    await under.rows('expiration', 'timers').deleteOne({ _id: held.orderId });
    return held.orderId;
  },
  'ticket-copies-are-true': async ({ onSale }) => {
    await tickets().updateOne({ _id: onSale }, { $set: { version: 1 } });
    return onSale;
  },
  'order-copies-are-true': async ({ held }) => {
    await payments().updateOne({ _id: held.orderId }, { $set: { 'order.version': 2 } });
    return held.orderId;
  },
  'nothing-unpublished': async ({ onSale }) => {
    const entry = { id: 'event-left-behind', type: 'ticket.created', time: minutesAgo(1) };
    await tickets().updateOne({ _id: onSale }, { $set: { outbox: [entry] } });
    return 'event-left-behind';
  },
  'nothing-undelivered': () => under.undelivered(),
  'no-dead-letters': async () => {
    const _id = 'payments_order-created/7-1';
    await under.rows('payments', 'dead-letters').insertOne({ _id, subject: 'order.created', at: new Date() });
    return _id;
  },
};

const named = (violations: readonly Violation[], check: string): string[] =>
  violations.filter((violation) => violation.check === check).flatMap(({ ids }) => ids);

test('When checks are listed, then each has a violation here that it must find', () => {
  expect(Object.keys(plants)).toEqual(checks.map(({ name }) => name));
});

test('When the books are right, then one reading says so and every check has looked', async () => {
  await under.consistent();
  const { violations, counts, readings } = await auditBooks(under.books, { settleMs });
  expect(violations).toEqual([]);
  expect(readings).toBe(1);
  // Three look at what is only there when something is open.
  expect(counts.filter(({ lookedAt }) => lookedAt === 0).map(({ check }) => check)).toEqual([
    'payment-is-settled-in-time',
    'nothing-unpublished',
    'no-dead-letters',
  ]);
});

test.each(checks.map(({ name }) => name))('When %s is broken, then it is named with its ids', async (check) => {
  const id = await plants[check]?.(await under.consistent());
  const { violations, counts } = await auditBooks(under.books, { settleMs });
  expect(named(violations, check)).toContain(id);
  expect(counts.find((count) => count.check === check)?.violations).toBeGreaterThan(0);
});

test('When a payment has no outcome or an order is late, but not for long, then that is no violation', async () => {
  const { created, held } = await under.consistent();
  await orders().updateOne({ _id: created.orderId }, { $set: { createdAt: new Date(Date.now() - 20_000) } });
  const deadline = new Date(Date.now() - 5_000);
  await orders().updateOne({ _id: held.orderId }, { $set: { expiresAt: deadline } });
  await under.rows('expiration', 'timers').updateOne({ _id: held.orderId }, { $set: { deadline } });
  await payments().updateOne({ _id: held.orderId }, { $set: { openAttempt: { number: 1, at: minutesAgo(1) } } });
  expect((await auditBooks(under.books, { settleMs })).violations).toEqual([]);
});

test('When something is wrong in the first reading only, then it was on its way and is no violation', async () => {
  const { onSale } = await under.consistent();
  await tickets().updateOne({ _id: onSale }, { $set: { version: 1 } });
  const seen: string[] = [];
  const arrival = Promise.withResolvers<void>();
  const auditing = auditBooks(under.books, {
    settleMs: 300,
    onSuspicion: (suspicions) => {
      seen.push(...named(suspicions, 'ticket-copies-are-true'));
      under
        .rows('orders', 'tickets')
        .updateOne({ _id: onSale }, { $set: { 'ticket.version': 1 } })
        .then(() => arrival.resolve(), arrival.reject);
    },
  });
  const [{ violations, readings }] = await Promise.all([auditing, arrival.promise]);
  expect(seen).toEqual([onSale]);
  expect(violations).toEqual([]);
  expect(readings).toBe(2);
});

test('When something else of the same thing is wrong in the second reading, then it has moved and is no violation', async () => {
  const { onSale } = await under.consistent();
  await tickets().updateOne({ _id: onSale }, { $set: { version: 1 } });
  const arrival = Promise.withResolvers<void>();
  const auditing = auditBooks(under.books, {
    settleMs: 300,
    onSuspicion: () => {
      tickets()
        .updateOne({ _id: onSale }, { $set: { version: 2 } })
        .then(() => arrival.resolve(), arrival.reject);
    },
  });
  const [{ violations }] = await Promise.all([auditing, arrival.promise]);
  expect(violations).toEqual([]);
});

test('When there are more charges than Stripe lists at once, then every page of them is read', async () => {
  const { sold } = await under.consistent();
  for (let index = 0; index < 250; index += 1) chargeAgain(sold.orderId);
  const { violations } = await auditBooks(under.books, { settleMs });
  expect(named(violations, 'one-charge-per-order')).toHaveLength(252);
});
