import type { EventType } from './events.ts';
import type { Place } from './journal.ts';
import type { PageRequest, Pages } from './table.ts';

const lifetimeSeconds = 30 * 24 * 3600;

/** Where an event is stored: only this much of it is in memory. */
export interface LoggedEvent {
  readonly id: string;
  readonly type: EventType;
  readonly created: number;
  /** The line of the journal that contains it. */
  readonly place: Place;
}

export interface EventLog extends Pages<LoggedEvent> {
  add(event: LoggedEvent): void;
}

/** The events of the last 30 days, `maxEvents` at most. */
export const createEventLog = (maxEvents = 100_000): EventLog => {
  const sequence = new Map<string, number>();
  let events: LoggedEvent[] = [];
  /** Number of the first event in `events`. */
  let first = 0;
  let dropped = 0;

  const dropOld = (now: number): void => {
    for (;;) {
      const oldest = events[dropped];
      if (oldest === undefined) break;
      if (events.length - dropped <= maxEvents && oldest.created >= now - lifetimeSeconds) break;
      sequence.delete(oldest.id);
      dropped += 1;
    }
    // Moved seldom, so that dropping costs nothing for each event.
    if (dropped < 1_000 || dropped < events.length / 2) return;
    events = events.slice(dropped);
    first += dropped;
    dropped = 0;
  };

  const get = (id: string): LoggedEvent | undefined => {
    const number = sequence.get(id);
    return number === undefined ? undefined : events[number - first];
  };

  const indexOf = (id: string | undefined): number | undefined =>
    id === undefined ? undefined : (sequence.get(id) ?? first) - first;

  const page = (request: PageRequest<LoggedEvent>) => {
    const upwards = request.endingBefore !== undefined;
    const newest = (indexOf(request.startingAfter) ?? events.length) - 1;
    const oldest = Math.max((indexOf(request.endingBefore) ?? -1) + 1, dropped);
    const found: LoggedEvent[] = [];
    let hasMore = false;
    for (let step = 0; step <= newest - oldest; step += 1) {
      const event = events[upwards ? oldest + step : newest - step];
      if (event === undefined || request.where?.(event) === false) continue;
      hasMore = found.length === request.limit;
      if (hasMore) break;
      found.push(event);
    }
    return { rows: upwards ? found.toReversed() : found, hasMore };
  };

  return {
    get,
    page,
    add: (event) => {
      sequence.set(event.id, first + events.length);
      events.push(event);
      dropOld(event.created);
    },
  };
};
