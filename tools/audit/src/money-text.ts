import { currencyCodes, currencyOf, toPlainText } from '@ticketing/common/money';

/** 1999 in usd → `19.99 USD`. Documents of releases without a currency have minor units of the configured one. */
export const moneyText = (minor: number, currency: unknown): string =>
  typeof currency === 'string' && currencyCodes.includes(currency)
    ? `${toPlainText(currencyOf(currency), minor)} ${currency.toUpperCase()}`
    : `${minor} minor units`;
