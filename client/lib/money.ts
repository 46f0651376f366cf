const usd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** Major units: 19.99 → $19.99. */
export const formatPrice = (price: number): string => usd.format(price);

/** Cents: 1999 → $19.99. */
export const formatCents = (cents: number): string => usd.format(cents / 100);

/** Parses a price as typed, such as `$1,250.50`, into major units; undefined if it is not a price. */
export const parsePrice = (typed: string): number | undefined => {
  const plain = typed.trim().replace(/^\$\s*/, '');
  if (!/^(\d+|\d{1,3}(,\d{3})+)(\.\d{1,2})?$/.test(plain)) return undefined;
  return Number(plain.replaceAll(',', ''));
};
