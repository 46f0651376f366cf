import { orderCancelled } from '@ticketing/common/events';
import { batchListener, done, traceOf } from '@ticketing/common/messaging';
import { endTimers } from '../commands/end-timers.ts';
import type { Deps } from '../deps.ts';

export const onOrderCancelled = (deps: Deps) =>
  batchListener(orderCancelled, async (events) => {
    await endTimers(
      deps,
      events.map((event) => ({ state: event.data, trace: traceOf(event) })),
    );
    return done;
  });
