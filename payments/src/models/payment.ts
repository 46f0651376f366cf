import { chargeStatuses, type ChargeStatus, type OrderState } from '@ticketing/common/events';
import { aggregateFields, type AggregateDocument } from '@ticketing/common/messaging';
import type { CollectionDefinition } from '@ticketing/common/mongo';
import { Schema } from 'mongoose';
import { paymentState, type Attempt, type Charge, type Payment } from '../domain/payment.ts';

/** One document per order, from the first event of the order on; `paymentState` says which fields can occur together. */
export interface PaymentDocument {
  readonly _id: string;
  readonly order: OrderState;
  readonly version?: number;
  readonly orderId?: string;
  readonly status?: ChargeStatus;
  readonly declines?: number;
  readonly amount?: number;
  readonly currency?: string;
  readonly stripeId?: string;
  readonly stripeRefundId?: string;
  readonly declinedCharge?: string;
  readonly lastAttemptNumber?: number;
  readonly openAttempt?: Attempt;
  readonly refundDue?: { readonly due: Date; readonly failures?: number };
  readonly createdAt?: Date;
}

/** The same document once it has a charge, as the aggregate store writes it. */
export interface ChargeDocument extends AggregateDocument, Omit<PaymentDocument, 'version'> {
  readonly orderId: string;
  readonly status: ChargeStatus;
  readonly declines: number;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: Date;
}

const trace = {
  correlationId: { type: String, required: true },
  traceId: { type: String, required: true },
} as const;

const openAttempt = new Schema(
  {
    number: { type: Number, required: true },
    token: { type: String, required: true },
    at: { type: Date, required: true },
    unknown: { type: Boolean },
    ...trace,
  },
  { _id: false },
);

const refundDue = new Schema(
  { due: { type: Date, required: true }, failures: { type: Number }, ...trace },
  { _id: false },
);

const schema = new Schema(
  {
    _id: aggregateFields._id,
    order: { type: Schema.Types.Mixed },
    // Not before the charge: an order's copy comes first.
    outbox: { ...aggregateFields.outbox, required: false, default: undefined },
    orderId: { type: String },
    status: { type: String, enum: chargeStatuses },
    declines: { type: Number },
    amount: { type: Number },
    currency: { type: String },
    stripeId: { type: String },
    stripeRefundId: { type: String },
    declinedCharge: { type: String },
    lastAttemptNumber: { type: Number },
    openAttempt: { type: openAttempt },
    refundDue: { type: refundDue },
    createdAt: { type: Date },
  },
  { versionKey: 'version' },
);

// Each index holds only the documents that still need work, so that a search that finds nothing costs nothing.
schema.index(
  { 'openAttempt.at': 1 },
  { partialFilterExpression: { 'openAttempt.at': { $exists: true } }, name: 'open_attempts' },
);
schema.index(
  { 'refundDue.due': 1 },
  { partialFilterExpression: { 'refundDue.due': { $exists: true } }, name: 'refunds_due' },
);
schema.index(
  { 'order.status': 1 },
  { partialFilterExpression: { status: 'completed', 'order.status': 'cancelled' }, name: 'paid_cancelled_orders' },
);
schema.index({ 'outbox.time': 1 }, { partialFilterExpression: { 'outbox.time': { $exists: true } } });

export const paymentCollection: CollectionDefinition = { name: 'payments', schema };

/** Fields of the document that every event of a charge carries. */
export const chargePublicState = {
  orderId: 'orderId',
  status: 'status',
  attempts: 'declines',
  amount: 'amount',
  currency: 'currency',
  stripeId: 'stripeId',
  stripeRefundId: 'stripeRefundId',
};

/** @throws when the document is in none of the states that a payment can be in. */
export const parsePayment = (document: { readonly _id: string }): Payment => {
  const { data, error } = paymentState.safeParse(document);
  if (error !== undefined)
    throw new Error(`The payment of order ${document._id} is in an impossible state`, { cause: error });
  return data;
};

/** @throws also when there is no charge yet. */
export const parseCharge = (document: { readonly _id: string }): Charge => {
  const payment = parsePayment(document);
  if (payment.status === undefined) throw new Error(`Order ${document._id} has no charge`);
  return payment;
};
