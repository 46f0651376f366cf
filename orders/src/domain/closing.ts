const minDelayMs = 5_000;
const maxDelayMs = 60_000;

/** When payments is next asked about a closing order, and how often it has been asked. */
export interface ClosingQuestion {
  readonly nextAt: Date;
  readonly count: number;
}

/**
 * The state of the question that is asked now, after `count` earlier ones: it is repeated after 5 s, then after twice the
 * last delay, at most a minute, because the event or its answer may be lost.
 */
export const nextQuestion = (now: Date, count: number): ClosingQuestion => ({
  nextAt: new Date(now.getTime() + Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(count, 10))),
  count: count + 1,
});

export const firstQuestion = (now: Date): ClosingQuestion => nextQuestion(now, 0);
