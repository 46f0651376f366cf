import { orderUpdated } from '@ticketing/common/events';
import { batchListener, done } from '@ticketing/common/messaging';
import { applyOrderStates } from '../commands/apply-order-states.ts';
import type { Deps } from '../deps.ts';

/** The order of a completed charge becomes complete; its copy is in the same document, so the event says nothing new. */
export const onOrderUpdated = (deps: Deps) =>
  batchListener(orderUpdated, async (events) => {
    await applyOrderStates(
      deps,
      events.map(({ data }) => data).filter(({ status }) => status !== 'complete'),
    );
    return done;
  });
