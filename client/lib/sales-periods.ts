import type { SalesSummary } from './api/summaries.ts';
import { formatDate } from './dates.ts';

/** Sales of a day, a week, a month or a year; `from` is its first day. Days are those of UTC. */
export type Period = SalesSummary['periods'][number];

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

const addDays = (date: Date, days: number): Date =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + days));

interface Unit {
  readonly startOf: (date: Date) => Date;
  readonly before: (start: Date) => Date;
  readonly label: (from: string) => string;
  readonly minBars: number;
}

const formatPart = (from: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(new Date(from));

const shortDay = (from: string): string => formatPart(from, { month: 'short', day: 'numeric', year: 'numeric' });

const units: Readonly<Record<string, Unit>> = {
  day: { startOf: (date) => addDays(date, 0), before: (start) => addDays(start, -1), label: formatDate, minBars: 7 },
  week: {
    // Monday.
    startOf: (date) => addDays(date, -((date.getUTCDay() + 6) % 7)),
    before: (start) => addDays(start, -7),
    label: (from) => `Week of ${shortDay(from)}`,
    minBars: 1,
  },
  month: {
    startOf: (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth())),
    before: (start) => new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() - 1)),
    label: (from) => formatPart(from, { month: 'long', year: 'numeric' }),
    minBars: 1,
  },
  year: {
    startOf: (date) => new Date(Date.UTC(date.getUTCFullYear(), 0)),
    before: (start) => new Date(Date.UTC(start.getUTCFullYear() - 1, 0)),
    label: (from) => formatPart(from, { year: 'numeric' }),
    minBars: 1,
  },
};

/** What a period is called. One of a unit that this release does not know is called by its first day. */
export const periodLabel = (unit: string, from: string): string => units[unit]?.label(from) ?? shortDay(from);

/** Every period from the first sale to now, also those without a sale; the oldest first. */
export const allPeriods = ({ unit: name, periods }: Pick<SalesSummary, 'unit' | 'periods'>, now: Date): Period[] => {
  const unit = units[name];
  const first = periods[0];
  const last = periods.at(-1);
  if (unit === undefined || first === undefined || last === undefined) return periods;
  const sold = new Map(periods.map((period) => [period.from, period]));
  const all: Period[] = [];
  // The clock of payments may be a moment ahead.
  const end = Math.max(unit.startOf(now).getTime(), Date.parse(last.from));
  for (let start = new Date(end); dayOf(start) >= first.from || all.length < unit.minBars; start = unit.before(start)) {
    const from = dayOf(start);
    all.push(sold.get(from) ?? { from, sales: 0, proceeds: 0 });
  }
  return all.toReversed();
};

/** The least number with one digit, of 1, 2 and 5, that is not below this one: where the axis of a plot ends. */
export const axisEnd = (value: number): number => {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5].find((each) => value <= each * power) ?? 10;
  // 5 * 0.1 and the like.
  return Number((step * power).toPrecision(1));
};
