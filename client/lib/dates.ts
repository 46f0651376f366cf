// Every time is shown in UTC and says so: a listing does not know its venue's time zone, and a server that
// guessed the reader's would differ from what the browser then renders.
const utc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC', hourCycle: 'h23' });

const day = utc({ weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' });
const time = utc({ hour: '2-digit', minute: '2-digit' });
const month = utc({ month: 'short' });
const dayOfMonth = utc({ day: 'numeric' });
const year = utc({ year: 'numeric' });

/** `Sat, Mar 14, 2026, 19:30 UTC` */
export const formatDateTime = (iso: string): string => `${formatDate(iso)}, ${formatTime(iso)}`;

/** `Sat, Mar 14, 2026` */
export const formatDate = (iso: string): string => day.format(new Date(iso));

/** `19:30 UTC` */
export const formatTime = (iso: string): string => `${time.format(new Date(iso))} UTC`;

/** The parts of a date block. */
export const dateParts = (iso: string): { readonly month: string; readonly day: string; readonly year: string } => {
  const date = new Date(iso);
  return { month: month.format(date), day: dayOfMonth.format(date), year: year.format(date) };
};

/** What an `<input type="datetime-local">` holds for a moment: UTC, to the minute. */
export const toInputValue = (iso: string): string => new Date(iso).toISOString().slice(0, 16);

/** The moment that such an input names, read as UTC; undefined when it names none. */
export const fromInputValue = (value: string): string | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(value)) return undefined;
  const date = new Date(`${value}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};

/** Whether the text is a day as `<input type="date">` gives it, and one that exists. */
export const isDay = (value: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
};
