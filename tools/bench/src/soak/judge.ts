import { climbs } from './climb.ts';
import { fitTrend, type Trend } from './trend.ts';

/** One value of a series, `seconds` after the load began, when so many journeys had ended. */
export interface Observation {
  readonly seconds: number;
  readonly journeys: number;
  readonly value: number;
}

/** What a series may do. What is in none of the lists must be flat. */
export type Expectation =
  /**
   * May rise by `smallStep` at once: by what a store allocates, or by a few of what is counted; and by `mayGain` for good: a pool keeps
   * the connections that it has opened.
   */
  | { readonly kind: 'flat'; readonly smallStep: number; readonly mayGain?: number }
  /** Grows with what is sold: by `perJourney` at most, for the reason given. */
  | { readonly kind: 'grows'; readonly perJourney: number; readonly because: string }
  /** Has a bound of its own, which it may reach during the run. */
  | { readonly kind: 'at most'; readonly value: number; readonly because: string };

export interface Judgement {
  readonly expectation: Expectation;
  readonly first: number;
  readonly last: number;
  readonly most: number;
  /** By time, for an hour. */
  readonly hourly: Trend;
  /** By journeys, for one. */
  readonly perJourney: Trend;
  /** Undefined when the series does what it may. */
  readonly problem: string | undefined;
}

/** Of its mean: what a flat series may certainly have grown by during the time judged. */
const tolerance = 0.005;

const problemOf = (
  expectation: Expectation,
  {
    hourly,
    perJourney,
    most,
    hours,
    before,
    values,
  }: Pick<Judgement, 'hourly' | 'perJourney' | 'most'> & {
    readonly hours: number;
    readonly before: readonly number[];
    readonly values: readonly number[];
  },
): string | undefined => {
  if (expectation.kind !== 'at most' && hourly.margin === Infinity) return 'has too few values';
  switch (expectation.kind) {
    case 'flat': {
      const certain = (hourly.slope - hourly.margin) * hours;
      if (certain > Math.max(Math.abs(hourly.mean) * tolerance, expectation.mayGain ?? 0)) return 'grows';
      return climbs(before, values, expectation.smallStep) ? 'grows in steps' : undefined;
    }
    case 'grows':
      return perJourney.slope - perJourney.margin > expectation.perJourney
        ? 'grows by more for each journey than it may'
        : undefined;
    case 'at most':
      return most > expectation.value ? 'is above its bound' : undefined;
  }
};

/** Judges the observations of one series: its growth from `from` seconds on, since everything warms up before; its bound from the beginning. */
export const judge = (observations: readonly Observation[], from: number, expectation: Expectation): Judgement => {
  const judged = observations.filter(({ seconds }) => seconds >= from);
  const before = observations.filter(({ seconds }) => seconds < from).map(({ value }) => value);
  const values = judged.map(({ value }) => value);
  const hourly = fitTrend(judged.map(({ seconds, value }) => ({ x: seconds / 3_600, y: value })));
  const perJourney = fitTrend(judged.map(({ journeys, value }) => ({ x: journeys, y: value })));
  const most = Math.max(...observations.map(({ value }) => value));
  const hours = ((judged.at(-1)?.seconds ?? 0) - (judged[0]?.seconds ?? 0)) / 3_600;
  const problem = problemOf(expectation, { hourly, perJourney, most, hours, before, values });
  return { expectation, first: values[0] ?? 0, last: values.at(-1) ?? 0, most, hourly, perJourney, problem };
};
