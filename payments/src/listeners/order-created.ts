import { orderCreated } from '@ticketing/common/events';
import { batchListener, done } from '@ticketing/common/messaging';
import { applyOrderStates } from '../commands/apply-order-states.ts';
import type { Deps } from '../deps.ts';

export const onOrderCreated = (deps: Deps) =>
  batchListener(orderCreated, async (events) => {
    await applyOrderStates(
      deps,
      events.map(({ data }) => data),
    );
    return done;
  });
