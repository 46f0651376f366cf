/** An ISO time → `Friday, 1 May 2026 at 20:00 UTC`. */
export const formatTime = (time: string): string =>
  `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(time))} UTC`;
