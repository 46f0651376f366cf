import { requiredDurables } from '@ticketing/common/messaging';
import { checkEach, finding, type Check } from './check.ts';

export const nothingUndelivered: Check = {
  name: 'nothing-undelivered',
  rule: 'Every service has its consumers, none stops while events are pending for it, and none is more than 3 min behind (JetStream only: NATS Streaming cannot report it).',
  run: ({ backlog, at }, { deliverWithinMs }) => {
    if (backlog === undefined) return checkEach([], () => undefined);
    const present = new Set(backlog.map(({ durable }) => durable));
    const missing = checkEach(requiredDurables, ({ durable }) =>
      present.has(durable) ? undefined : finding(`${durable} does not exist: its service receives nothing`, durable),
    );
    // A consumer that makes progress has another sequence in the next snapshot, which then is no violation.
    const stopped = checkEach(backlog, ({ durable, pending, unacknowledged, acknowledgedUpTo }) =>
      pending + unacknowledged === 0
        ? undefined
        : finding(
            `${durable} has acknowledged no event after sequence ${acknowledgedUpTo} of the stream, although more ${unacknowledged > 0 ? 'were delivered' : 'are pending'}`,
            durable,
          ),
    );
    // The same in every snapshot, although a consumer that makes progress may still be too slow.
    const behind = checkEach(backlog, ({ durable, waitingSince }) =>
      waitingSince === undefined || at - waitingSince.getTime() <= deliverWithinMs
        ? undefined
        : finding(`${durable} has not handled an event that was published long ago`, durable),
    );
    return { checked: stopped.checked, findings: [...missing.findings, ...stopped.findings, ...behind.findings] };
  },
};
