import {
  cancelReasons,
  deliveries,
  deliveryStatuses,
  orderCancelled,
  orderCreated,
  orderState,
  orderStatuses,
  orderUpdated,
  ticketCategories,
  type OrderStatus,
} from '@ticketing/common/events';
import { creationField, creationIndexes, defineAggregate } from '@ticketing/common/messaging';
import { listOf, objectOf, type DocumentOf } from '@ticketing/common/mongo';
import { liveStatuses, unpaidStatuses } from '../domain/order-status.ts';

/** The event that carries an order's current state. */
export const eventOf = {
  created: orderCreated,
  'awaiting:payment': orderUpdated,
  complete: orderUpdated,
  cancelled: orderCancelled,
} as const satisfies Record<OrderStatus, unknown>;

export const orders = defineAggregate({
  type: 'order',
  collection: 'orders',
  fields: {
    userId: { type: String, required: true },
    // Absent from orders of the release before.
    sellerId: { type: String },
    status: { type: String, required: true, enum: orderStatuses },
    reason: { type: String, enum: cancelReasons },
    expiresAt: { type: Date, required: true },
    completedAt: { type: Date },
    paidAt: { type: Date },
    problemAt: { type: Date },
    problemSince: { type: Date },
    // Of the ticket itself; absent if the release before completed the order.
    delivery: objectOf({
      status: { type: String, required: true, enum: deliveryStatuses },
      dueAt: { type: Date },
      deliveredAt: { type: Date },
    }),
    // The last report, until an operator has settled it or the order is cancelled. The text is in no event.
    problem: objectOf({ text: { type: String, required: true }, at: { type: Date, required: true } }),
    // When this service agreed to the release of the proceeds; or when they were released, by a payments that does not ask.
    releasedAt: { type: Date },
    // Minor units of the currency, which is absent from orders of the release before; never changed.
    price: { type: Number, required: true },
    currency: { type: String },
    // The price that the request named, for the watchdog.
    expectedPrice: { type: Number },
    eventId: { type: String },
    ticket: {
      id: { type: String, required: true },
      title: { type: String, required: true },
      price: { type: Number, required: true },
      version: { type: Number, required: true },
      revision: { type: Number, required: true },
      category: { type: String, enum: ticketCategories },
      startsAt: { type: String },
      timeZone: { type: String },
      venue: { type: String },
      city: { type: String },
      section: { type: String },
      row: { type: String },
      seat: { type: String },
      delivery: { type: String, enum: deliveries },
    },
    createdAt: { type: Date, required: true },
    // The moves of its status (`moved-to.ts`); absent from orders of the release before that have not moved since.
    history: listOf({
      status: { type: String, required: true, enum: orderStatuses },
      reason: { type: String, enum: cancelReasons },
      at: { type: Date, required: true },
    }),
    // Which of its buyer's unpaid holds it is: 0 … MAX_LIVE_HOLDS − 1. Counts only while the order is unpaid.
    slot: { type: Number },
    // True unless the order was cancelled before it was complete, absent then: nobody else can order its ticket.
    keepsTicket: { type: Boolean },
    // Version of the newest state of its charge by which a dispute or a refund stops the release of its proceeds.
    releaseStoppedBy: { type: Number },
    // Why the order is closing. Set at the deadline of an order that awaits payment, and never removed.
    closing: { type: String, enum: cancelReasons },
    // When the question to payments is next repeated, and how often it has been published.
    closingQuestion: objectOf({ nextAt: { type: Date, required: true }, count: { type: Number, required: true } }),
    // When its state was last republished, because tickets or payments had not responded to its last event.
    republishedAt: { type: Date },
    ...creationField,
  },
  renames: { toldAgainAt: 'republishedAt' },
  retiredIndexes: ['closing_by_next_question', 'keepsTicket_1_status_1'],
  indexes: [
    // A ticket has at most one order that is not cancelled: the database decides which of several buyers gets it.
    // (MongoDB refuses $ne in a partial index.)
    {
      key: { 'ticket.id': 1 },
      name: 'one_live_order_per_ticket',
      unique: true,
      partialFilterExpression: { status: { $in: [...liveStatuses] } },
    },
    // Also after the sale, whatever becomes of the order then. `one_live_order_per_ticket` stays for the release before, which
    // writes no `keepsTicket`.
    {
      key: { 'ticket.id': 1 },
      name: 'one_order_keeps_ticket',
      unique: true,
      partialFilterExpression: { keepsTicket: true },
    },
    // An account has at most MAX_LIVE_HOLDS unpaid orders: a limit without a counter that concurrent requests could pass.
    {
      key: { userId: 1, slot: 1 },
      name: 'one_unpaid_order_per_slot',
      unique: true,
      partialFilterExpression: { status: { $in: [...unpaidStatuses] }, slot: { $exists: true } },
    },
    // For finding orders that the release before has written: live ones without the field, and cancelled ones with it.
    {
      key: { keepsTicket: 1 },
      name: 'live_by_keeping',
      partialFilterExpression: { status: { $in: [...liveStatuses] } },
    },
    {
      key: { reason: 1 },
      name: 'cancelled_and_kept',
      partialFilterExpression: { keepsTicket: true, status: 'cancelled' },
    },
    { key: { userId: 1, createdAt: 1, _id: 1 } },
    // For the watchdog.
    {
      key: { expiresAt: 1 },
      name: 'unpaid_by_deadline',
      partialFilterExpression: { status: { $in: [...unpaidStatuses] } },
    },
    {
      key: { closing: 1, expiresAt: 1 },
      name: 'unpaid_by_closing_and_deadline',
      partialFilterExpression: { status: { $in: [...unpaidStatuses] } },
    },
    {
      key: { 'closingQuestion.nextAt': 1 },
      name: 'unanswered_by_next_question',
      partialFilterExpression: { status: 'awaiting:payment', 'closingQuestion.nextAt': { $exists: true }, outbox: [] },
    },
    {
      key: { 'problem.at': 1 },
      name: 'open_problems',
      partialFilterExpression: { 'problem.at': { $exists: true } },
    },
    { key: { createdAt: 1 }, name: 'unconfirmed_by_age', partialFilterExpression: { status: 'created' } },
    ...creationIndexes('userId'),
  ],
  state: orderState,
  publicFields: { releaseAgreedAt: 'releasedAt' },
  events: [orderCreated, orderUpdated, orderCancelled],
  republishAs: ({ status }) => eventOf[status],
});

export type OrderDocument = DocumentOf<typeof orders>;
