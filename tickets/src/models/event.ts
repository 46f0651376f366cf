import { ticketCategories } from '@ticketing/common/events';
import { defineCollection, listOfTexts, type DocumentOf } from '@ticketing/common/mongo';
import { listIndexes } from './list-indexes.ts';

const dayInSeconds = 24 * 60 * 60;

/**
 * What is for sale for an event, under its event id; its texts are those of its oldest listing on sale. It follows the tickets
 * (`commands/count-events.ts`), and has the names of their fields, so that both lists are read in the same way.
 */
export const events = defineCollection({
  name: 'events',
  fields: {
    // Raised by each write: whenever a listing on sale has changed, so that pages which list them know.
    seq: { type: Number, required: true },
    title: { type: String, required: true },
    category: { type: String, enum: ticketCategories },
    venue: { type: String },
    city: { type: String },
    startsAt: { type: Date },
    timeZone: { type: String },
    availability: { type: String, required: true, enum: ['on_sale', 'off_sale'] },
    onSale: { type: Number, required: true },
    // The lowest, minor units; when nothing is left, the last lowest.
    price: { type: Number, required: true },
    // When the newest of its listings was listed.
    createdAt: { type: Date, required: true },
    words: { ...listOfTexts, required: true },
    // When it was last written; absent from entries of the release before.
    changedAt: { type: Date },
  },
  indexes: [
    ...listIndexes,
    { key: { changedAt: 1 }, name: 'by_last_change' },
    // Events are forgotten a day after their start; those without a date are kept.
    { key: { startsAt: 1 }, name: 'over_for_a_day', expireAfterSeconds: dayInSeconds },
  ],
});

export type EventDocument = DocumentOf<typeof events>;

/** Whether the event is over for so long that it is forgotten. */
export const isForgotten = ({ startsAt }: Pick<EventDocument, 'startsAt'>, now: Date): boolean =>
  startsAt !== undefined && now.getTime() - startsAt.getTime() >= dayInSeconds * 1000;
