import { orderUpdated } from '@ticketing/common/events';
import { batchListener, done } from '@ticketing/common/messaging';
import { applyOrderStates } from '../commands/apply-order-states.ts';
import type { Deps } from '../commands/deps.ts';

/** A complete order is one whose charge is completed in the very document of its copy: there is nothing to learn. */
export const onOrderUpdated = (deps: Deps) =>
  batchListener(orderUpdated, async (events) => {
    await applyOrderStates(
      deps,
      events.map(({ data }) => data).filter(({ status }) => status !== 'complete'),
    );
    return done;
  });
