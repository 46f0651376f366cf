import { nextRing, unansweredAfterMs } from '../domain/ring-schedule.ts';
import type { Deps } from '../deps.ts';

/** Counts the timers that have been ringing for a day, and says so: their orders are in no other way heard of. */
export const countUnansweredTimers = async (deps: Deps): Promise<number> => {
  const now = deps.now();
  const count = await deps.timers.countDocuments({
    armed: true,
    // All that have ever rung ring again by then, which keeps this within the index of the armed timers.
    nextRingAt: { $lte: nextRing(now, Number.MAX_SAFE_INTEGER) },
    deadline: { $lte: new Date(now.getTime() - unansweredAfterMs) },
  });
  deps.metrics.timersUnanswered.set(count);
  if (count > 0) deps.logger.error({ count }, 'timers have been ringing for a day without an answer');
  return count;
};
