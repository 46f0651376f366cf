import { orderUpdated } from '@ticketing/common/events';
import { batchListener, done, traceOf } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { sellTickets } from '../commands/sell-tickets.ts';

export const onOrderUpdated = (deps: Deps) =>
  batchListener(orderUpdated, async (events) => {
    const complete = events.filter((event) => event.data.status === 'complete');
    const verdicts = await sellTickets(
      deps,
      complete.map((event) => ({ order: event.data, time: new Date(event.time), trace: traceOf(event) })),
    );
    return events.map((event) => verdicts[complete.indexOf(event)] ?? done);
  });
