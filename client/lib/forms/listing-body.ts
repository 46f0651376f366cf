import { examplePrice, priceProblem, type Currency } from '@ticketing/common/money';
import type { ListingBody } from '../api/marketplace.ts';

/** The field that says for which seats a request was sent already: sent again, the same form does not ask about them. */
export const sentField = 'sentFor';

/** What is wrong with a price, if anything. */
export const priceProblemOf = (price: number | undefined, currency: Currency): string | undefined => {
  if (price === undefined || price <= 0) return `Enter a price such as ${examplePrice(currency)}`;
  const problem = priceProblem(currency, price);
  return problem === undefined ? undefined : `Price ${problem}`;
};

/** A new listing has no details to clear. */
export const withoutEmpty = (listing: ListingBody): ListingBody => ({
  ...Object.fromEntries(Object.entries(listing).filter(([, value]) => value !== null)),
  title: listing.title,
  price: listing.price,
});
