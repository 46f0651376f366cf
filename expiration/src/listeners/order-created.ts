import { orderCreated } from '@ticketing/common/events';
import { batchListener, done, traceOf } from '@ticketing/common/messaging';
import { armTimers } from '../commands/arm-timers.ts';
import type { Deps } from '../deps.ts';

export const onOrderCreated = (deps: Deps) =>
  batchListener(orderCreated, async (events) => {
    await armTimers(
      deps,
      events.map((event) => ({ state: event.data, trace: traceOf(event) })),
    );
    return done;
  });
