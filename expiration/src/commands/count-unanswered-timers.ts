import { nextRing, unansweredAfterMs } from '../domain/ring-schedule.ts';
import type { Deps } from '../deps.ts';

/** Counts and logs the timers that have rung for a day: nothing else detects that the events of their orders were lost. */
export const countUnansweredTimers = async (deps: Deps): Promise<number> => {
  const now = deps.now();
  const unanswered = {
    armed: true,
    // Every timer that has rung rings again by then; the condition makes the query use the index of armed timers.
    nextRingAt: { $lte: nextRing(now, Number.MAX_SAFE_INTEGER) },
    deadline: { $lte: new Date(now.getTime() - unansweredAfterMs) },
  };
  const count = await deps.timers.countDocuments(unanswered);
  deps.metrics.timersUnanswered.set(count);
  if (count > 0) {
    const examples = await deps.timers.find(unanswered, { projection: { _id: 1 }, limit: 20 }).toArray();
    const orderIds = examples.map(({ _id }) => _id);
    deps.logger.error({ count, orderIds }, 'timers have rung for a day and their orders have not ended');
  }
  return count;
};
