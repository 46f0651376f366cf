import { chargeStatuses, type ChargeStatus } from '@ticketing/common/events';
import { aggregateFields, type AggregateDocument } from '@ticketing/common/messaging';
import type { CollectionDefinition } from '@ticketing/common/mongo';
import { Schema } from 'mongoose';
import type { Payment } from '../domain/payment.ts';

/** One document per order, from the first event of the order on. `version` comes with the charge. */
export interface PaymentDocument extends Payment {
  readonly version?: number;
}

/** The same document once there is a charge: what the aggregate store writes. */
export interface ChargeDocument extends AggregateDocument, Payment {
  readonly status: ChargeStatus;
  readonly attempts: number;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: Date;
}

const story = {
  correlationId: { type: String, required: true },
  traceId: { type: String, required: true },
} as const;

const attempt = new Schema(
  {
    number: { type: Number, required: true },
    token: { type: String, required: true },
    at: { type: Date, required: true },
    unknown: { type: Boolean },
    ...story,
  },
  { _id: false },
);

const moneyBack = new Schema(
  { due: { type: Date, required: true }, failures: { type: Number }, ...story },
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
    attempts: { type: Number },
    amount: { type: Number },
    currency: { type: String },
    stripeId: { type: String },
    stripeRefundId: { type: String },
    declinedCharge: { type: String },
    tries: { type: Number },
    attempt: { type: attempt },
    moneyBack: { type: moneyBack },
    createdAt: { type: Date },
  },
  { versionKey: 'version' },
);

// Each of these holds only what is left to do, so that finding nothing costs nothing.
schema.index(
  { 'attempt.at': 1 },
  { partialFilterExpression: { 'attempt.at': { $exists: true } }, name: 'open_attempts' },
);
schema.index(
  { 'moneyBack.due': 1 },
  { partialFilterExpression: { 'moneyBack.due': { $exists: true } }, name: 'money_back_by_time_due' },
);
schema.index(
  { 'order.status': 1 },
  {
    partialFilterExpression: { status: 'completed', 'order.status': 'cancelled' },
    name: 'money_of_cancelled_orders',
  },
);
schema.index({ 'outbox.time': 1 }, { partialFilterExpression: { 'outbox.time': { $exists: true } } });

export const paymentCollection: CollectionDefinition = { name: 'payments', schema };

/** Fields of the document that every event of a charge carries. */
export const chargePublicState = {
  orderId: 'orderId',
  status: 'status',
  attempts: 'attempts',
  amount: 'amount',
  currency: 'currency',
  stripeId: 'stripeId',
  stripeRefundId: 'stripeRefundId',
};
