// Every time is shown in UTC and labelled so: a listing has no time zone of its venue, and if the server guessed the
// user's, its HTML could differ from what the browser renders.
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

/** The value of an `<input type="datetime-local">` for a time: UTC, to the minute. */
export const toInputValue = (iso: string): string => new Date(iso).toISOString().slice(0, 16);

/** The time in such an input, read as UTC; undefined if it is not valid. */
export const fromInputValue = (value: string): string | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(value)) return undefined;
  const date = new Date(`${value}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};

/** Whether the text is an existing day in the format of `<input type="date">`. */
export const isDay = (value: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
};
