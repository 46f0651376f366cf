import { percentile } from '@ticketing/test/percentile';
import { median } from '../median.ts';

const parts = 10;
/** Of the value at the beginning. A cache or a heap that a store or V8 enlarges once more stays below. */
const share = 0.05;
/** Spans of a tenth: values that wander for minutes differ by that much once in a hundred series. */
const spans = 3;
/** A leak keeps what it has taken; what comes down by more of what it rose by wanders. */
const mostComesDown = 0.25;

/**
 * Whether the values rise in steps: from the median of the first tenth to that of the last by more than 5 % and by more than `smallStep`,
 * by more than three times what they usually span within a tenth, and without coming down between. What the series had `before` for a tenth
 * of the time is no rise: V8 returns a third of its heap at once, and takes it back for ten minutes.
 *
 * A line cannot tell this. The residuals of a staircase whose steps are minutes apart are so alike that its margin exceeds its slope, of
 * whatever height the steps are. The two rules complement each other: where noise hides the steps, the residuals are not alike.
 */
export const climbs = (before: readonly number[], values: readonly number[], smallStep: number): boolean => {
  const tenths = Array.from({ length: parts }, (_, index) =>
    values.slice(Math.round((index * values.length) / parts), Math.round(((index + 1) * values.length) / parts)),
  ).filter((tenth) => tenth.length > 0);
  const medians = tenths.map(median);
  const first = Math.max(medians[0] ?? 0, before.length === 0 ? -Infinity : percentile(before, 0.9));
  const rise = (medians.at(-1) ?? 0) - first;
  const span = median(tenths.map((tenth) => Math.max(...tenth) - Math.min(...tenth)));
  const comesDown = Math.max(0, ...medians.map((value, index) => Math.max(...medians.slice(0, index + 1)) - value));
  return rise > Math.max(smallStep, share * Math.abs(first), spans * span) && comesDown <= mostComesDown * rise;
};
