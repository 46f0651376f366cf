import { orderDeliveryDue, orderExpired } from '@ticketing/common/events';
import { nextRing } from '../domain/ring-schedule.ts';
import { ringableByNextRing } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

const batch = 500;

/**
 * Rings every timer that is due: one conditional write each sets its next ring and appends order.expired, so that one of
 * several replicas rings it. That of a delivery rings once, with order.delivery-due. A timer whose last ring is still in its
 * outbox is skipped. Returns how many rang here.
 */
export const ringDueTimers = async (deps: Deps): Promise<number> => {
  let rung = 0;
  for (;;) {
    const now = deps.now();
    const due = await deps.timers
      .find(
        { armed: true, nextRingAt: { $lte: now }, outbox: [] },
        {
          projection: { nextRingAt: 1, rings: 1, trace: 1, isOfDelivery: 1 },
          sort: { nextRingAt: 1 },
          limit: batch,
          hint: ringableByNextRing,
        },
      )
      .toArray();
    const made = await deps.timerStore.changeMany(
      due.map((timer) => ({
        filter: { _id: timer._id, armed: true, nextRingAt: timer.nextRingAt },
        set: {
          rings: timer.rings + 1,
          ...(timer.isOfDelivery === true
            ? { armed: false, endedAt: now }
            : { nextRingAt: nextRing(now, timer.rings) }),
        },
        event: timer.isOfDelivery === true ? orderDeliveryDue : orderExpired,
        trace: timer.trace,
      })),
    );
    const here = made.filter(Boolean).length;
    deps.metrics.timersRung.inc(here);
    rung += here;
    if (due.length < batch) return rung;
  }
};
