/** The categories of listings by their API names, with their labels and icons. */
export const categories = [
  { id: 'concerts', label: 'Concerts', icon: 'music' },
  { id: 'sports', label: 'Sports', icon: 'trophy' },
  { id: 'theatre', label: 'Theatre', icon: 'drama' },
  { id: 'comedy', label: 'Comedy', icon: 'laugh' },
  { id: 'festivals', label: 'Festivals', icon: 'tent' },
  { id: 'other', label: 'Other events', icon: 'ticket' },
] as const;

export type Category = (typeof categories)[number];
export type CategoryId = Category['id'];

const other = categories[5];

/** A listing without a category is shown among the other events. */
export const categoryOf = (id: string | undefined): Category => categories.find((each) => each.id === id) ?? other;
