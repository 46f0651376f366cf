const dayMs = 24 * 60 * 60_000;

/** The units of a plot of sales, the finest first, and how many days of sales each is for. */
const unitLimits = [
  ['day', 31],
  ['week', 31 * 7],
  ['month', 3 * 365],
] as const;

export type PeriodUnit = (typeof unitLimits)[number][0] | 'year';

/** The finest unit by which the time since the first sale is few periods, so that a plot of them can be read. */
export const periodUnitFor = (first: Date, now: Date): PeriodUnit => {
  const days = (now.getTime() - first.getTime()) / dayMs;
  return unitLimits.find(([, maxDays]) => days < maxDays)?.[0] ?? 'year';
};
