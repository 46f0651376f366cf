// Browsers load it too.

/** An ICU formatter takes tens of kilobytes. */
const maxFormatters = 200;
const formatters = new Map<string, Intl.DateTimeFormat>();

const openFormatter = (locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone });
  } catch {
    // A zone that this browser does not know yet.
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  }
};

const formatterOf = (
  locale: string,
  timeZone: string | undefined,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat => {
  const key = JSON.stringify([locale, timeZone, options]);
  const known = formatters.get(key);
  if (known !== undefined) return known;
  if (formatters.size >= maxFormatters) formatters.clear();
  const formatter = openFormatter(locale, timeZone ?? 'UTC', options);
  formatters.set(key, formatter);
  return formatter;
};

/** A time as it is at a place; without a time zone, in UTC. */
export const formatLocal = (
  time: Date,
  timeZone: string | undefined,
  { locale, ...options }: Intl.DateTimeFormatOptions & { readonly locale: string },
): string => formatterOf(locale, timeZone, options).format(time);

/** Each knows the abbreviations of some zones only, and writes others as GMT+1. */
const localesOfAbbreviations = [
  'en-US',
  'en-GB',
  'en-IE',
  'en-AU',
  'en-NZ',
  'en-IN',
  'en-ZA',
  'en-KE',
  'en-NG',
  'en-AE',
  'en-SG',
  'en-HK',
  'ja',
  'id',
] as const;

/** What people at a place call its zone at a time: `CET`, `EDT`, or `GMT+3` where no abbreviation is usual. */
export const zoneAbbreviation = (time: Date, timeZone: string | undefined): string => {
  const nameIn = (locale: string): string =>
    formatterOf(locale, timeZone, { timeZoneName: 'short' })
      .formatToParts(time)
      .find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  const locale = localesOfAbbreviations.find((each) => /^[A-Z]{2,5}$/.test(nameIn(each)));
  return nameIn(locale ?? 'en-US');
};

/** What a clock at the place shows, as if it were in UTC. */
const wallClockMs = (time: Date, timeZone: string | undefined): number => {
  const parts = new Map(
    formatterOf('en-US', timeZone, {
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
    time.getUTCMilliseconds(),
  );
};

const offsetMs = (time: Date, timeZone: string | undefined): number => wallClockMs(time, timeZone) - time.getTime();

/** What a clock at the place shows: `2026-03-14T19:30:00.000`. */
export const wallClock = (time: Date, timeZone: string | undefined): string =>
  new Date(wallClockMs(time, timeZone)).toISOString().slice(0, -1);

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** ISO 8601 with the offset of the place: `2026-03-14T19:30:00.000+01:00`. */
export const withOffset = (time: Date, timeZone: string | undefined): string => {
  const minutes = Math.round(offsetMs(time, timeZone) / 60_000);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${wallClock(time, timeZone)}${minutes < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(rest)}`;
};

/** An ISO time → `Friday, 1 May 2026 at 22:00 CEST`; without a time zone in UTC. */
export const formatInFull = (time: string, timeZone?: string): string => {
  const at = new Date(time);
  const text = formatLocal(at, timeZone, { locale: 'en-GB', dateStyle: 'full', timeStyle: 'short' });
  return `${text} ${zoneAbbreviation(at, timeZone)}`;
};

const dayMs = 24 * 60 * 60 * 1000;

/** The offsets of the place in the days around what a clock there shows: one, or the earlier and the later. */
const offsetsAround = (wallMs: number, timeZone: string): readonly number[] => [
  ...new Set([-dayMs, dayMs].map((distance) => offsetMs(new Date(wallMs + distance), timeZone))),
];

/**
 * When a clock at the place shows this (`2026-03-14T19:30`, also with seconds): once; never, where the clocks go forward past
 * it; or twice, where they go back. In order. Undefined if it is not a date and a time.
 */
export const timesOf = (clock: string, timeZone: string): readonly Date[] | undefined => {
  const wallMs = readClock(clock);
  if (wallMs === undefined) return undefined;
  return offsetsAround(wallMs, timeZone)
    .map((offset) => new Date(wallMs - offset))
    .filter((time) => wallClockMs(time, timeZone) === wallMs)
    .toSorted((one, other) => one.getTime() - other.getTime());
};

/** For what a clock at the place never shows: the times as long before and after the clocks go forward as it is away from that. */
export const timesAroundGap = (clock: string, timeZone: string): readonly Date[] => {
  const wallMs = readClock(clock);
  return wallMs === undefined
    ? []
    : offsetsAround(wallMs, timeZone)
        .map((offset) => new Date(wallMs - offset))
        .toSorted((one, other) => one.getTime() - other.getTime());
};

/** Undefined for what is no date and time, such as 30 February. */
const readClock = (clock: string): number | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?$/.test(clock)) return undefined;
  const date = new Date(`${clock}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(clock.slice(0, 16))
    ? date.getTime()
    : undefined;
};
