import { formatLocal, wallClock, zoneAbbreviation } from '@ticketing/common/time';

// Every time says its zone: that of the venue, or UTC. If the server guessed the user's, its HTML could differ from what the
// browser renders.

const in24Hours = { locale: 'en-US', hourCycle: 'h23' } as const;
const day = { ...in24Hours, weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' } as const;
const time = { ...in24Hours, hour: '2-digit', minute: '2-digit' } as const;

/** `Sat, Mar 14, 2026, 19:30 CET`; without a time zone in UTC. */
export const formatDateTime = (iso: string, timeZone?: string): string =>
  `${formatDate(iso, timeZone)}, ${formatTime(iso, timeZone)}`;

/** `Sat, Mar 14, 2026` */
export const formatDate = (iso: string, timeZone?: string): string => formatLocal(new Date(iso), timeZone, day);

/** `19:30 CET` */
export const formatTime = (iso: string, timeZone?: string): string =>
  `${formatLocal(new Date(iso), timeZone, time)} ${zoneAbbreviation(new Date(iso), timeZone)}`;

/** The parts of a date block. */
export const dateParts = (iso: string, timeZone?: string): { readonly month: string; readonly day: string } => {
  const part = (options: Intl.DateTimeFormatOptions): string =>
    formatLocal(new Date(iso), timeZone, { ...in24Hours, ...options });
  return { month: part({ month: 'short' }), day: part({ day: 'numeric' }) };
};

/** The value of an `<input type="datetime-local">` for a time: as a clock at the venue shows it, to the minute. */
export const toInputValue = (iso: string, timeZone?: string): string => wallClock(new Date(iso), timeZone).slice(0, 16);

/** Whether the text is an existing day in the format of `<input type="date">`. */
export const isDay = (value: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
};
