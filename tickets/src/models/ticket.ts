import {
  claimRefusalReasons,
  mapListingDetails,
  ticketCategories,
  ticketClaimRefused,
  ticketCreated,
  ticketState,
  ticketUpdated,
} from '@ticketing/common/events';
import { creationField, creationIndexes, defineAggregate } from '@ticketing/common/messaging';
import { listOf, objectOf, type DocumentOf } from '@ticketing/common/mongo';
import { availabilities } from '../domain/availability.ts';

// Every filter and order of the list has an index that holds only what is on sale.
const onSale = { partialFilterExpression: { availability: 'on_sale' } };

export const tickets = defineAggregate({
  type: 'ticket',
  collection: 'tickets',
  fields: {
    // Raised by each effective edit of the seller and by the withdrawal; an order remembers the revision that it was made for.
    revision: { type: Number, required: true },
    // The revision and the version that the last edit, or the withdrawal, made.
    lastEdit: objectOf({ revision: { type: Number, required: true }, version: { type: Number, required: true } }),
    title: { type: String, required: true },
    // Minor units of the currency, which is absent from tickets of the release before.
    price: { type: Number, required: true },
    currency: { type: String },
    userId: { type: String, required: true },
    // Of the event that it is for; absent if the release before wrote it last.
    eventId: { type: String },
    availability: { type: String, required: true, enum: availabilities },
    // The order that holds or has bought the ticket, and since when.
    orderId: { type: String },
    heldAt: { type: Date },
    soldAt: { type: Date },
    withdrawnAt: { type: Date },
    // Its seller's account is closed: the ticket is withdrawn, or will be when its hold ends.
    sellerClosed: { type: Boolean },
    // Orders whose hold is over, and since when: a late claim for one of them must fail. `reason` if its claim was refused.
    closedOrders: {
      ...listOf({
        id: { type: String, required: true },
        at: { type: Date, required: true },
        expiresAt: { type: Date },
        reason: { type: String, enum: claimRefusalReasons },
      }),
      required: true,
    },
    ...mapListingDetails({
      category: { type: String, enum: ticketCategories },
      text: () => ({ type: String }),
      startsAt: { type: Date },
    }),
    // City in lower case, for searching.
    cityKey: { type: String },
    createdAt: { type: Date, required: true },
    ...creationField,
  },
  indexes: [
    { key: { availability: 1, createdAt: -1, _id: -1 }, ...onSale, name: 'on_sale_newest' },
    { key: { availability: 1, price: 1, _id: 1 }, ...onSale, name: 'on_sale_price' },
    { key: { availability: 1, startsAt: 1, _id: 1 }, ...onSale, name: 'on_sale_date' },
    { key: { availability: 1, category: 1, createdAt: -1, _id: -1 }, ...onSale, name: 'on_sale_category' },
    { key: { availability: 1, cityKey: 1, createdAt: -1, _id: -1 }, ...onSale, name: 'on_sale_city' },
    {
      key: { title: 'text', venue: 'text', city: 'text', description: 'text' },
      ...onSale,
      name: 'words_on_sale',
      // Titles are names in any language: no word of "The Who" may be dropped as too common, and none is stemmed.
      default_language: 'none',
      weights: { title: 10, venue: 4, city: 4, description: 1 },
    },
    { key: { userId: 1, createdAt: -1, _id: -1 } },
    // What the closing of an account marks, and what it then withdraws.
    {
      key: { userId: 1, availability: 1 },
      name: 'unsold_by_seller',
      partialFilterExpression: { availability: { $in: ['on_sale', 'held'] } },
    },
    {
      key: { sellerClosed: 1 },
      name: 'on_sale_of_closed_accounts',
      partialFilterExpression: { sellerClosed: true, ...onSale.partialFilterExpression },
    },
    ...creationIndexes('userId'),
  ],
  state: ticketState,
  events: [ticketCreated, ticketUpdated],
  sideEvents: [ticketClaimRefused],
  republishAs: () => ticketUpdated,
});

export type TicketDocument = DocumentOf<typeof tickets>;
