export { examplePrice, formatMoney, formatPrice, priceProblem, toMajor, toMinor, toPlainText } from './amounts.ts';
export { currencyCodes, currencyOf } from './currencies.ts';
export { feeOf } from './fee.ts';
export type { Currency } from './currencies.ts';
