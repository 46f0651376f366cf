import { orderExpired } from '@ticketing/common/events';
import { done, later, listener, traceOf } from '@ticketing/common/messaging';
import type { Deps } from '../commands/deps.ts';
import { expireOrder } from '../commands/expire-order.ts';

export const onOrderExpired = (deps: Deps) =>
  listener(orderExpired, async (event) => {
    const waitMs = await expireOrder(deps, { orderId: event.data.orderId, trace: traceOf(event) });
    return waitMs > 0 ? later(waitMs) : done;
  });
