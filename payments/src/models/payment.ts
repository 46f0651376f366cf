import {
  chargeClosed,
  chargeCreated,
  chargeState,
  chargeStatuses,
  chargeUpdated,
  orderState,
  refundStatuses,
} from '@ticketing/common/events';
import { defineAggregate } from '@ticketing/common/messaging';
import { copyOf, listOf, objectOf, type DocumentOf } from '@ticketing/common/mongo';
import { paymentState, type Charge, type Payment } from '../domain/payment.ts';

const trace = { correlationId: { type: String, required: true }, traceId: { type: String, required: true } } as const;

const line = { account: { type: String, required: true }, amount: { type: Number, required: true } } as const;

const mark = objectOf({
  due: { type: Date, required: true },
  since: { type: Date },
  failures: { type: Number },
  ...trace,
});

const attempt = {
  number: { type: Number, required: true },
  token: { type: String, required: true },
  at: { type: Date, required: true },
  unknown: { type: Boolean },
  action: objectOf({
    url: { type: String, required: true },
    readAt: { type: Date, required: true },
    due: { type: Date, required: true },
  }),
  ...trace,
} as const;

/**
 * One document per order, from its first event on; it becomes the order's charge with the first attempt to pay. Its states
 * are those of domain/payment.ts.
 */
export const charges = defineAggregate({
  type: 'charge',
  collection: 'payments',
  outbox: 'later',
  fields: {
    order: copyOf(orderState),
    status: { type: String, enum: chargeStatuses },
    declines: { type: Number },
    amount: { type: Number },
    currency: { type: String },
    stripeId: { type: String },
    stripeRefundId: { type: String },
    refundedAt: { type: Date },
    completedAt: { type: Date },
    fee: { type: Number },
    amountRefunded: { type: Number },
    refundStatus: { type: String, enum: refundStatuses },
    dispute: objectOf({
      id: { type: String },
      amount: { type: Number },
      status: { type: String, required: true },
      reason: { type: String, required: true },
      openedAt: { type: Date },
    }),
    returned: listOf({
      id: { type: String, required: true },
      amount: { type: Number, required: true },
      at: { type: Date, required: true },
      reason: { type: String, required: true },
    }),
    returnedOutsideStripe: listOf({
      id: { type: String, required: true },
      amount: { type: Number, required: true },
      at: { type: Date, required: true },
      by: { type: String, required: true },
      reason: { type: String, required: true },
    }),
    problemSettledAt: { type: Date },
    problemSettledBy: { type: String },
    feePercent: { type: Number },
    left: { type: Number },
    owed: { type: Number },
    losses: { type: Number },
    refunds: listOf({
      id: { type: String, required: true },
      amount: { type: Number, required: true },
      status: { type: String, required: true, enum: refundStatuses },
      at: { type: Date },
      reason: { type: String },
    }),
    disputes: listOf({
      id: { type: String, required: true },
      amount: { type: Number, required: true },
      status: { type: String, required: true },
      reason: { type: String, required: true },
      openedAt: { type: Date },
      lostAt: { type: Date },
      movements: listOf({ id: { type: String }, amount: { type: Number, required: true } }),
      taken: objectOf({
        amount: { type: Number, required: true },
        left: { type: Number, required: true },
        changes: { type: Number, required: true },
      }),
    }),
    availableAt: { type: Date },
    transfer: objectOf({
      claimedAt: { type: Date, required: true },
      amount: { type: Number, required: true },
      accountId: { type: String, required: true },
      number: { type: Number, required: true },
      id: { type: String },
    }),
    transfers: listOf({
      id: { type: String, required: true },
      amount: { type: Number, required: true },
      isOurs: { type: Boolean },
      reversals: listOf({
        id: { type: String, required: true },
        amount: { type: Number, required: true },
        isOurs: { type: Boolean },
      }),
    }),
    sent: { type: Number },
    refundOrdered: objectOf({
      at: { type: Date, required: true },
      reason: { type: String, required: true },
      by: { type: String },
    }),
    reversal: objectOf({
      number: { type: Number, required: true },
      amount: { type: Number, required: true },
      transferId: { type: String, required: true },
      reversedBefore: { type: Number, required: true },
      claimedAt: { type: Date, required: true },
    }),
    payoutNumber: { type: Number },
    payoutDue: objectOf({
      due: { type: Date, required: true },
      since: { type: Date },
      failures: { type: Number },
      failing: { type: String, enum: ['transfer', 'reversal'] },
      ...trace,
    }),
    payoutWaits: { type: Boolean },
    entries: listOf({
      id: { type: String, required: true },
      at: { type: Date, required: true },
      lines: listOf(line),
    }),
    // The ledger has other entries of these causes.
    refusedEntries: listOf({
      id: { type: String, required: true },
      at: { type: Date, required: true },
      lines: listOf(line),
    }),
    moneyReadAt: { type: Date },
    releasingAt: { type: Date },
    releaseQuestion: objectOf({ nextAt: { type: Date, required: true }, count: { type: Number, required: true } }),
    releasedAt: { type: Date },
    paidOutAt: { type: Date },
    paidOut: { type: Number },
    declinedCharge: { type: String },
    lastAttemptNumber: { type: Number },
    openAttempt: objectOf({ ...attempt, superseded: objectOf(attempt) }),
    unseenDecline: objectOf({ token: { type: String, required: true }, message: { type: String, required: true } }),
    closingDue: mark,
    refundDue: mark,
    createdAt: { type: Date },
    closedAt: { type: Date },
  },
  renames: { attempts: 'declines', tries: 'lastAttemptNumber', attempt: 'openAttempt', moneyBack: 'refundDue' },
  retiredIndexes: ['money_back_by_time_due', 'failed_refunds', 'payouts_failing', 'pending_refunds'],
  // Each index holds only the documents that still need work, so that a search that finds nothing costs nothing.
  indexes: [
    {
      key: { 'openAttempt.at': 1 },
      name: 'open_attempts',
      partialFilterExpression: { 'openAttempt.at': { $exists: true } },
    },
    {
      key: { 'openAttempt.action.due': 1 },
      name: 'actions_due',
      partialFilterExpression: { 'openAttempt.action.due': { $exists: true } },
    },
    {
      key: { 'closingDue.due': 1 },
      name: 'closings_due',
      partialFilterExpression: { 'closingDue.due': { $exists: true } },
    },
    {
      key: { 'refundDue.due': 1 },
      name: 'refunds_due',
      partialFilterExpression: { 'refundDue.due': { $exists: true } },
    },
    {
      key: { 'payoutDue.due': 1 },
      name: 'payouts_due',
      partialFilterExpression: { 'payoutDue.due': { $exists: true } },
    },
    {
      key: { 'payoutDue.failing': 1, 'order.sellerId': 1 },
      name: 'failing_payouts',
      partialFilterExpression: { 'payoutDue.failing': { $exists: true } },
    },
    {
      key: { 'order.sellerId': 1 },
      name: 'waiting_payouts',
      partialFilterExpression: { payoutWaits: true },
    },
    {
      key: { 'order.sellerId': 1, completedAt: -1, _id: -1 },
      name: 'sales_by_seller',
      partialFilterExpression: { completedAt: { $exists: true } },
    },
    // All that a balance is made of, so that no sale is read for it.
    {
      key: {
        'order.sellerId': 1,
        completedAt: 1,
        left: 1,
        fee: 1,
        sent: 1,
        releasedAt: 1,
        availableAt: 1,
        'dispute.status': 1,
        'order.problemAt': 1,
        problemSettledAt: 1,
      },
      name: 'balance_by_seller',
      partialFilterExpression: { completedAt: { $exists: true } },
    },
    { key: { 'entries.at': 1 }, name: 'waiting_entries', partialFilterExpression: { 'entries.at': { $exists: true } } },
    // For what begins at Stripe: its objects name the PaymentIntent.
    { key: { stripeId: 1 }, name: 'by_payment_intent', partialFilterExpression: { stripeId: { $exists: true } } },
    { key: { owed: 1 }, name: 'owed_to_buyers', partialFilterExpression: { owed: { $gt: 0 } } },
    {
      key: { 'dispute.status': 1 },
      name: 'disputes_by_status',
      partialFilterExpression: { 'dispute.status': { $exists: true } },
    },
    // For what an operator does with all sales of an event.
    {
      key: { 'order.eventId': 1 },
      name: 'paid_orders_by_event',
      partialFilterExpression: { status: 'completed' },
    },
    // For charges whose movements were never read, or not for a month.
    { key: { status: 1, moneyReadAt: 1 }, name: 'money_unread' },
    {
      key: { 'order.status': 1 },
      name: 'paid_cancelled_orders',
      partialFilterExpression: { status: 'completed', 'order.status': 'cancelled' },
    },
  ],
  state: chargeState,
  publicFields: {
    orderId: '_id',
    attempts: 'declines',
    buyerId: 'order.userId',
    sellerId: 'order.sellerId',
    ticketId: 'order.ticket.id',
    title: 'order.ticket.title',
    refundNote: 'refundOrdered.reason',
  },
  events: [chargeCreated, chargeUpdated],
  sideEvents: [chargeClosed],
  republishAs: () => chargeUpdated,
});

export type PaymentDocument = DocumentOf<typeof charges>;

/** @throws when the document is in none of the states that a payment can be in. */
export const parsePayment = (document: { readonly _id: string }): Payment => {
  const { data, error } = paymentState.safeParse(document);
  if (error === undefined) return data;
  throw new Error(`The payment of order ${document._id} is in an impossible state`, { cause: error });
};

/** @throws also when there is no charge yet. */
export const parseCharge = (document: { readonly _id: string }): Charge => {
  const payment = parsePayment(document);
  if (payment.status === undefined) throw new Error(`Order ${document._id} has no charge`);
  return payment;
};
