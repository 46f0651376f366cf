import type { LiveStates } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';

/** An entry is found this long after the time that it shows as its last change. */
const overlapMs = 10_000;

/**
 * Tells live pages which entries of events have changed since the last call. A worker of any replica writes them, and publishes
 * nothing of it. What nobody looks at is not read.
 */
export const createEventsFollower = ({ events, now }: Pick<Deps, 'events' | 'now'>, live: LiveStates) => {
  let seen = new Map<string, number>();
  let since: Date | undefined;
  return async (): Promise<void> => {
    if (live.isEmpty) {
      since = undefined;
      return;
    }
    const readAt = now();
    const from = new Date((since ?? readAt).getTime() - overlapMs);
    const changed = await events
      .find({ changedAt: { $gte: from } }, { projection: { seq: 1 } })
      .sort({ changedAt: 1 })
      .toArray();
    for (const { _id, seq } of changed) if (seen.get(_id) !== seq) live.changed(_id);
    seen = new Map(changed.map(({ _id, seq }) => [_id, seq]));
    since = readAt;
  };
};
