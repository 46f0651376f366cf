/** The currency of every price on the site. */
const siteCurrency = 'usd';

/** Cents → `$19.99`. */
export const formatMoney = (cents: number, currency = siteCurrency): string =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(cents / 100);

/** An ISO time → `Friday, 1 May 2026 at 20:00 UTC`. */
export const formatTime = (time: string): string =>
  `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(time))} UTC`;
