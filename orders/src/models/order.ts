import type { CancelReason, OrderStatus } from '@ticketing/common/events';
import { cancelReasons, orderStatuses } from '@ticketing/common/events';
import { aggregateFields, type AggregateDocument } from '@ticketing/common/messaging';
import type { CollectionDefinition } from '@ticketing/common/mongo';
import { Schema } from 'mongoose';
import { liveStatuses, unpaidStatuses } from '../domain/order-status.ts';

export interface OrderDocument extends AggregateDocument {
  readonly userId: string;
  readonly status: OrderStatus;
  readonly reason?: CancelReason;
  readonly expiresAt: Date;
  /** Cents; never changed. */
  readonly price: number;
  readonly ticket: {
    readonly id: string;
    readonly title: string;
    readonly price: number;
    readonly version: number;
    readonly revision: number;
  };
  readonly createdAt: Date;
  /** When its last event was published once more, because nothing had come of it. */
  readonly toldAgainAt?: Date;
}

const schema = new Schema(
  {
    ...aggregateFields,
    userId: { type: String, required: true },
    status: { type: String, required: true, enum: orderStatuses },
    reason: { type: String, enum: cancelReasons },
    expiresAt: { type: Date, required: true },
    price: { type: Number, required: true },
    ticket: {
      id: { type: String, required: true },
      title: { type: String, required: true },
      price: { type: Number, required: true },
      version: { type: Number, required: true },
      revision: { type: Number, required: true },
    },
    createdAt: { type: Date, required: true },
    toldAgainAt: { type: Date },
  },
  { versionKey: 'version' },
);

// A ticket has at most one order that is not cancelled: the database decides who of several buyers it is.
// ($ne is refused in a partial index.)
schema.index(
  { 'ticket.id': 1 },
  { unique: true, partialFilterExpression: { status: { $in: [...liveStatuses] } }, name: 'one_live_order_per_ticket' },
);
schema.index({ userId: 1, createdAt: 1, _id: 1 });
schema.index(
  { expiresAt: 1 },
  { partialFilterExpression: { status: { $in: [...unpaidStatuses] } }, name: 'unpaid_by_deadline' },
);
schema.index({ createdAt: 1 }, { partialFilterExpression: { status: 'created' }, name: 'unconfirmed_by_age' });
schema.index({ 'outbox.time': 1 });

export const orderCollection: CollectionDefinition = { name: 'orders', schema };

/** Fields of the document that every event of an order carries. */
export const orderPublicState = {
  userId: 'userId',
  status: 'status',
  reason: 'reason',
  expiresAt: 'expiresAt',
  price: 'price',
  ticket: 'ticket',
};
