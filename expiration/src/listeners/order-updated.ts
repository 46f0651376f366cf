import { orderUpdated } from '@ticketing/common/events';
import { batchListener, done, traceOf } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { endTimers } from '../commands/end-timers.ts';

/** An order that awaits its payment runs out like a new one: only a complete one has ended. */
export const onOrderUpdated = (deps: Deps) =>
  batchListener(orderUpdated, async (events) => {
    await endTimers(
      deps,
      events
        .filter((event) => event.data.status === 'complete')
        .map((event) => ({ state: event.data, trace: traceOf(event) })),
    );
    return done;
  });
