import { sum } from '../cpu.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A straight line through points. */
export interface Trend {
  readonly mean: number;
  /** Of y, for each unit of x. */
  readonly slope: number;
  /** The slope lies within this distance of the true one, but for one series in a thousand; in a hundred if its values wander. */
  readonly margin: number;
}

/** Of a normal distribution; hundreds of series are judged at once. */
const onceInAThousand = 3.1;
/** Residuals that are more alike would leave nothing to judge. */
const mostAutocorrelation = 0.98;

/** Standard errors that one estimate in a thousand exceeds: the quantile of Student's t, expanded to its second term. */
const errorsInMargin = (degreesOfFreedom: number): number =>
  onceInAThousand + (onceInAThousand ** 3 + onceInAThousand) / (4 * degreesOfFreedom);

/**
 * What a residual has of the one before it, one standard error above the estimate, which is corrected for what the fit has taken away
 * from a short series.
 */
const autocorrelation = (residuals: readonly number[]): number => {
  const squares = sum(residuals.map((residual) => residual ** 2));
  if (squares === 0) return 0;
  const products = sum(residuals.slice(1).map((residual, index) => residual * (residuals[index] ?? 0)));
  const found = products / squares;
  const count = residuals.length;
  const above = found + (2 + 4 * found) / count + Math.sqrt(Math.max(0, 1 - found ** 2) / count);
  return Math.min(mostAutocorrelation, Math.max(0, above));
};

/**
 * Fits a line by least squares. Memory wanders and rises in steps, so that neighbouring points are alike and the usual standard error
 * is too small: so many points count as one as the autocorrelation of the residuals says.
 */
export const fitTrend = (points: readonly Point[]): Trend => {
  const count = points.length;
  const meanX = sum(points.map(({ x }) => x)) / count;
  const mean = sum(points.map(({ y }) => y)) / count;
  const spread = sum(points.map(({ x }) => (x - meanX) ** 2));
  if (count < 3 || spread === 0) return { mean, slope: 0, margin: Number.POSITIVE_INFINITY };
  const slope = sum(points.map(({ x, y }) => (x - meanX) * (y - mean))) / spread;
  const residuals = points.map(({ x, y }) => y - mean - slope * (x - meanX));
  const variance = sum(residuals.map((residual) => residual ** 2)) / (count - 2);
  const alike = autocorrelation(residuals);
  const pointsForOne = (1 + alike) / (1 - alike);
  const error = Math.sqrt((variance / spread) * pointsForOne);
  return { mean, slope, margin: error * errorsInMargin(Math.max(1, count / pointsForOne - 2)) };
};
