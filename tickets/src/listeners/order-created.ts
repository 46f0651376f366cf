import { orderCreated } from '@ticketing/common/events';
import { batchListener, traceOf } from '@ticketing/common/messaging';
import { claimTickets } from '../commands/claim-tickets.ts';
import type { Deps } from '../deps.ts';

export const onOrderCreated = (deps: Deps) =>
  batchListener(orderCreated, (events) =>
    claimTickets(
      deps,
      events.map((event) => ({ order: event.data, time: new Date(event.time), trace: traceOf(event) })),
    ),
  );
