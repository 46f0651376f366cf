import type { Charge } from './payment.ts';

const minDelayMs = 5_000;
/** While orders does not answer, or waits for the delivery. */
const maxDelayMs = 10 * 60_000;

/**
 * What is written with the question that is asked now. It is repeated after 5 s, then after twice the last delay, at most
 * 10 min, since the question or its answer may be lost.
 */
export const questionNow = ({ releasingAt, releaseQuestion }: Charge, now: Date) => {
  const count = releaseQuestion?.count ?? 0;
  const nextAt = new Date(now.getTime() + Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(count, 10)));
  return { releasingAt: releasingAt ?? now, releaseQuestion: { nextAt, count: count + 1 } };
};
