import { orderUpdated } from '@ticketing/common/events';
import { batchListener, done } from '@ticketing/common/messaging';
import { applyOrderStates } from '../commands/apply-order-states.ts';
import type { Deps } from '../commands/deps.ts';

export const onOrderUpdated = (deps: Deps) =>
  batchListener(orderUpdated, async (events) => {
    await applyOrderStates(
      deps,
      events.map(({ data }) => data),
    );
    return done;
  });
