import { defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/** Up to when everything that has moved at Stripe is known: one document. */
export const bookmarks = defineCollection({
  name: 'stripe-bookmarks',
  fields: { at: { type: Date, required: true }, leasedUntil: { type: Date, required: true } },
});

export type Bookmark = DocumentOf<typeof bookmarks>;
