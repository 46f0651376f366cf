import { chargeUpdated } from '@ticketing/common/events';
import { batchListener, done, traceOf } from '@ticketing/common/messaging';
import { applyChargeStates } from '../commands/apply-charge-states.ts';
import type { Deps } from '../commands/deps.ts';

export const onChargeUpdated = (deps: Deps) =>
  batchListener(chargeUpdated, async (events) => {
    await applyChargeStates(
      deps,
      events.map((event) => ({ state: event.data, trace: traceOf(event) })),
    );
    return done;
  });
