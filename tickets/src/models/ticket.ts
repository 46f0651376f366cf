import { mapListingDetails, ticketCategories } from '@ticketing/common/events';
import { aggregateFields, type AggregateDocument } from '@ticketing/common/messaging';
import type { CollectionDefinition } from '@ticketing/common/mongo';
import { Schema } from 'mongoose';
import { availabilities, type Availability } from '../domain/availability.ts';
import type { ListingDetails } from '../domain/listing.ts';

/** An order whose hold is over; a late claim for it must fail. */
export interface ClosedOrder {
  readonly id: string;
  readonly at: Date;
}

export interface TicketDocument extends AggregateDocument, ListingDetails {
  /** Raised by each effective edit of the seller; orders remember the one that they were made for. */
  readonly revision: number;
  readonly title: string;
  /** Cents. */
  readonly price: number;
  readonly userId: string;
  readonly availability: Availability;
  /** The order that holds or has bought the ticket. */
  readonly orderId?: string;
  readonly soldAt?: Date;
  /** When the order got the ticket. */
  readonly heldAt?: Date;
  readonly closedOrders: readonly ClosedOrder[];
  /** City in lower case, for searching. */
  readonly cityKey?: string;
  readonly createdAt: Date;
}

const schema = new Schema(
  {
    ...aggregateFields,
    revision: { type: Number, required: true },
    title: { type: String, required: true },
    price: { type: Number, required: true },
    userId: { type: String, required: true },
    availability: { type: String, required: true, enum: availabilities },
    orderId: { type: String },
    soldAt: { type: Date },
    heldAt: { type: Date },
    closedOrders: { type: [new Schema({ id: { type: String }, at: { type: Date } }, { _id: false })], required: true },
    ...mapListingDetails({
      category: { type: String, enum: ticketCategories },
      text: () => ({ type: String }),
      startsAt: { type: Date },
    }),
    cityKey: { type: String },
    createdAt: { type: Date, required: true },
  },
  { versionKey: 'version' },
);

// One index behind every filter and order of the list; only what is on sale is in them.
const onSale = { partialFilterExpression: { availability: 'on_sale' } };
schema.index({ availability: 1, createdAt: -1, _id: -1 }, { ...onSale, name: 'on_sale_newest' });
schema.index({ availability: 1, price: 1, _id: 1 }, { ...onSale, name: 'on_sale_price' });
schema.index({ availability: 1, startsAt: 1, _id: 1 }, { ...onSale, name: 'on_sale_date' });
schema.index({ availability: 1, category: 1, createdAt: -1, _id: -1 }, { ...onSale, name: 'on_sale_category' });
schema.index({ availability: 1, cityKey: 1, createdAt: -1, _id: -1 }, { ...onSale, name: 'on_sale_city' });
schema.index(
  { title: 'text', venue: 'text', city: 'text', description: 'text' },
  // Titles are names in any language: no word of "The Who" may be left out as too common, and none is stemmed.
  { name: 'words', default_language: 'none', weights: { title: 10, venue: 4, city: 4, description: 1 } },
);
schema.index({ userId: 1, createdAt: -1, _id: -1 });
schema.index({ 'outbox.time': 1 });

export const ticketCollection: CollectionDefinition = { name: 'tickets', schema };

/** Fields of the document that every event of a ticket carries. */
export const ticketPublicState = {
  revision: 'revision',
  title: 'title',
  price: 'price',
  userId: 'userId',
  orderId: 'orderId',
  soldAt: 'soldAt',
  ...mapListingDetails({ category: 'category', text: (name) => name, startsAt: 'startsAt' }),
};
