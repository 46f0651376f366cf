import {
  claimRefusalReasons,
  deliveries,
  mapListingDetails,
  ticketCategories,
  ticketClaimRefused,
  ticketCreated,
  ticketState,
  ticketUpdated,
} from '@ticketing/common/events';
import { creationField, creationIndexes, defineAggregate } from '@ticketing/common/messaging';
import { listOf, listOfTexts, objectOf, type DocumentOf } from '@ticketing/common/mongo';
import { availabilities } from '../domain/availability.ts';
import { listIndexes, onSale } from './list-indexes.ts';

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
    // The file attached to it.
    fileId: { type: String },
    // Absent from tickets that a release without deliveries has sold.
    buyerId: { type: String },
    delivery: { type: String, enum: deliveries },
    // Until when a sold ticket must be delivered; absent before the sale and once one of the next three is there.
    dueAt: { type: Date },
    deliveredAt: { type: Date },
    deliveryFailedAt: { type: Date },
    deliveryEndedAt: { type: Date },
    withdrawnAt: { type: Date },
    // Its seller's account is closed, or was suspended: the ticket is withdrawn, or will be when its hold ends.
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
      timeZone: { type: String },
    }),
    // City in lower case: replicas of the release before filter by it.
    cityKey: { type: String },
    // Search keys, of the revision and the event in `keysOf`: an edit by a release without them changes only the ticket's own.
    words: listOfTexts,
    keysOf: objectOf({ revision: { type: Number, required: true }, eventId: { type: String, required: true } }),
    // Events whose entries may not show this ticket as it is yet.
    uncounted: listOfTexts,
    createdAt: { type: Date, required: true },
    ...creationField,
  },
  indexes: [
    ...listIndexes,
    // The listings of an event, and what its entry shows of them.
    { key: { availability: 1, eventId: 1, price: 1, _id: 1 }, ...onSale, name: 'on_sale_by_event' },
    { key: { uncounted: 1 }, name: 'uncounted', partialFilterExpression: { uncounted: { $exists: true } } },
    // Tickets without keys, which have no revision here, are found by it.
    { key: { 'keysOf.revision': 1 }, name: 'revision_of_keys' },
    { key: { userId: 1, createdAt: -1, _id: -1 } },
    // What the closing of an account marks, and what it then withdraws.
    {
      key: { userId: 1, availability: 1 },
      name: 'unsold_of_seller',
      partialFilterExpression: { availability: { $in: ['on_sale', 'over', 'held'] } },
    },
    // Counts and sums of them, so that no ticket is read for it.
    {
      key: { userId: 1, availability: 1, price: 1 },
      name: 'unsold_prices_of_seller',
      partialFilterExpression: { availability: { $in: ['on_sale', 'held'] } },
    },
    {
      key: { sellerClosed: 1 },
      name: 'unsold_of_closed_accounts',
      partialFilterExpression: { sellerClosed: true, availability: { $in: ['on_sale', 'over'] } },
    },
    // Of closed accounts: what is left to forget.
    {
      key: { sellerClosed: 1, fileId: 1 },
      name: 'files_of_closed_accounts',
      partialFilterExpression: { sellerClosed: true, availability: 'withdrawn', fileId: { $exists: true } },
    },
    { key: { dueAt: 1 }, name: 'deliveries_by_deadline', partialFilterExpression: { dueAt: { $exists: true } } },
    {
      key: { userId: 1, dueAt: 1, _id: 1, price: 1 },
      name: 'deliveries_of_seller',
      partialFilterExpression: { dueAt: { $exists: true } },
    },
    ...creationIndexes('userId'),
  ],
  retiredIndexes: ['unsold_by_seller', 'on_sale_of_closed_accounts'],
  // `words_on_sale`, `on_sale_category` and `on_sale_city` are retired by the next release: replicas of the one before, which
  // may run beside this one, search by the first.
  state: ticketState,
  events: [ticketCreated, ticketUpdated],
  sideEvents: [ticketClaimRefused],
  republishAs: () => ticketUpdated,
});

export type TicketDocument = DocumentOf<typeof tickets>;
