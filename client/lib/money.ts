import {
  currencyOf,
  feeOf,
  formatMoney,
  formatPrice,
  priceProblem,
  toMinor,
  type Currency,
} from '@ticketing/common/money';

/** The price of a ticket or an order, as the site shows it: $19.99. */
export const priceLabel = ({ price, currency }: { readonly price: number; readonly currency: string }): string =>
  formatPrice(currencyOf(currency), price);

/** The amount of a charge, as the site shows it. */
export const amountLabel = ({ amount, currency }: { readonly amount: number; readonly currency: string }): string =>
  formatMoney(currencyOf(currency), amount);

/** Parses a price as typed, such as `$1,250.50`, into major units; undefined if it is not a price in this currency. */
export const parsePrice = (typed: string, currency: Currency): number | undefined => {
  const symbol = formatMoney(currency, 0).replaceAll(/[\d.\s]/g, '');
  const text = typed.trim();
  const plain = (text.startsWith(symbol) ? text.slice(symbol.length) : text).trim();
  const decimals = /^(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/.exec(plain);
  if (decimals === null || (decimals[1]?.length ?? 0) > currency.decimals) return undefined;
  return Number(plain.replaceAll(',', ''));
};

/** What the seller of a ticket gets for the price as typed; without a valid price, the share that the marketplace keeps. */
export const proceedsLabel = (typed: string, currency: Currency, feePercent: number): string => {
  const price = parsePrice(typed, currency);
  const amount =
    price === undefined || priceProblem(currency, price) !== undefined ? undefined : toMinor(currency, price);
  if (amount === undefined) {
    return feePercent === 0 ? 'You get the whole price.' : `You get the price less our fee of ${feePercent}%.`;
  }
  const fee = feeOf(amount, feePercent);
  const proceeds = `You get ${formatMoney(currency, amount - fee)}`;
  return fee === 0 ? `${proceeds}.` : `${proceeds}, after our fee of ${formatMoney(currency, fee)} (${feePercent}%).`;
};
