import type { TicketState } from '@ticketing/common/events';
import type { CollectionDefinition } from '@ticketing/common/mongo';
import { Schema } from 'mongoose';

/** What orders knows of a ticket: the newest state that its events told. */
export interface TicketCopy {
  readonly _id: string;
  readonly ticket: TicketState;
}

const schema = new Schema(
  { _id: { type: String, required: true }, ticket: { type: Schema.Types.Mixed, required: true } },
  { versionKey: false },
);

schema.index(
  { 'ticket.orderId': 1 },
  { partialFilterExpression: { 'ticket.orderId': { $exists: true } }, name: 'tickets_with_an_order' },
);

export const ticketCopyCollection: CollectionDefinition = { name: 'tickets', schema };
