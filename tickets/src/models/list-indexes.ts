/** Of indexes that hold only what is on sale. */
export const onSale = { partialFilterExpression: { availability: 'on_sale' } };

/** Every order of a list, and its search, have an index; the lists of tickets and of events have the same ones. */
export const listIndexes = [
  { key: { availability: 1, createdAt: -1, _id: -1 }, ...onSale, name: 'on_sale_newest' },
  { key: { availability: 1, price: 1, _id: 1 }, ...onSale, name: 'on_sale_price' },
  { key: { availability: 1, startsAt: 1, _id: 1 }, ...onSale, name: 'on_sale_date' },
  { key: { availability: 1, words: 1, createdAt: -1, _id: -1 }, ...onSale, name: 'on_sale_words' },
] as const;
