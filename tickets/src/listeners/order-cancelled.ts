import { orderCancelled } from '@ticketing/common/events';
import { batchListener, done, traceOf } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { releaseTickets } from '../commands/release-tickets.ts';

export const onOrderCancelled = (deps: Deps) =>
  batchListener(orderCancelled, async (events) => {
    await releaseTickets(
      deps,
      events.map((event) => ({ order: event.data, time: new Date(event.time), trace: traceOf(event) })),
    );
    return done;
  });
