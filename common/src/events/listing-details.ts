// Imports nothing, since browsers load it too.

export const ticketCategories = ['sports', 'concerts', 'theatre', 'comedy', 'festivals', 'other'] as const;
export type TicketCategory = (typeof ticketCategories)[number];

export const titleLimit = 200;

/** Maximum length of each text detail. */
export const textLimits = { venue: 200, city: 100, section: 50, row: 50, seat: 50, description: 5_000 } as const;

/** Builds an object with one value for each listing detail: the optional fields besides title and price. */
export const mapListingDetails = <const Category, const Text, const StartsAt, const TimeZone>(values: {
  readonly category: Category;
  readonly text: (name: keyof typeof textLimits) => Text;
  readonly startsAt: StartsAt;
  readonly timeZone: TimeZone;
}) => ({
  category: values.category,
  venue: values.text('venue'),
  city: values.text('city'),
  startsAt: values.startsAt,
  timeZone: values.timeZone,
  section: values.text('section'),
  row: values.text('row'),
  seat: values.text('seat'),
  description: values.text('description'),
});

const names = mapListingDetails({
  category: 'category',
  text: (name) => name,
  startsAt: 'startsAt',
  timeZone: 'timeZone',
});

export type ListingDetail = keyof typeof names;
export const listingDetails: readonly ListingDetail[] = Object.values(names);
