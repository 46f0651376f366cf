import { ticketCreated } from '@ticketing/common/events';
import { batchListener, done, traceOf } from '@ticketing/common/messaging';
import { applyTicketStates } from '../commands/apply-ticket-states.ts';
import type { Deps } from '../commands/deps.ts';

export const onTicketCreated = (deps: Deps) =>
  batchListener(ticketCreated, async (events) => {
    await applyTicketStates(
      deps,
      events.map((event) => ({ state: event.data, trace: traceOf(event) })),
    );
    return done;
  });
