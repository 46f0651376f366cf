import { orderExpired } from '@ticketing/common/events';
import { batchListener, done, later, traceOf } from '@ticketing/common/messaging';
import type { Deps } from '../commands/deps.ts';
import { expireOrders } from '../commands/expire-orders.ts';

export const onOrderExpired = (deps: Deps) =>
  batchListener(orderExpired, async (events) => {
    const waits = await expireOrders(
      deps,
      events.map((event) => ({ orderId: event.data.orderId, trace: traceOf(event) })),
    );
    return waits.map((ms) => (ms > 0 ? later(ms) : done));
  });
