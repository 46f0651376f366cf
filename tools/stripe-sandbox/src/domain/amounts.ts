/** Stripe's bounds for a charge (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). */
export const largestAmount = 99_999_999;

/** Stripe refuses smaller amounts; the sandbox does so only with STRICT_AMOUNTS. */
export const smallestAmounts = new Map([
  ['usd', 50],
  ['eur', 50],
  ['gbp', 30],
  ['cad', 50],
  ['aud', 50],
  ['nzd', 50],
  ['chf', 50],
  ['brl', 50],
  ['sgd', 50],
  ['jpy', 50],
  ['dkk', 250],
  ['nok', 300],
  ['sek', 300],
  ['pln', 200],
  ['mxn', 1000],
  ['hkd', 400],
  ['inr', 50],
]);

const zeroDecimal = new Set(['jpy']);

/** 1999, usd → "$19.99 usd", as Stripe's messages write money. */
export const moneyText = (amount: number, currency: string): string => {
  const major = zeroDecimal.has(currency) ? String(amount) : (amount / 100).toFixed(2);
  return `${currency === 'usd' ? '$' : ''}${major} ${currency}`;
};

/** Whether the sandbox accepts this currency. */
export const isCurrency = (code: string): boolean => smallestAmounts.has(code);
