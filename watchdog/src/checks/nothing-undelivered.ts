import { checkEach, finding, type Check } from './check.ts';

export const nothingUndelivered: Check = {
  name: 'nothing-undelivered',
  rule: 'No consumer stops while events are pending for it (JetStream only: NATS Streaming cannot report it).',
  run: ({ backlog }) =>
    // A consumer that makes progress has another sequence in the next snapshot, which then is no violation.
    checkEach(backlog ?? [], ({ durable, pending, unacknowledged, acknowledgedUpTo }) =>
      pending + unacknowledged === 0
        ? undefined
        : finding(
            `${durable} has acknowledged no event after sequence ${acknowledgedUpTo} of the stream, although more are pending`,
            durable,
          ),
    ),
};
