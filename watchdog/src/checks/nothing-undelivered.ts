import { each, found, type Check } from './check.ts';

export const nothingUndelivered: Check = {
  name: 'nothing-undelivered',
  says: 'No consumer stands still while events wait for it (JetStream only: NATS Streaming cannot be asked).',
  compare: ({ backlog }) =>
    // One that moves on names another sequence in the next reading: that is no violation then.
    each(backlog ?? [], ({ durable, pending, unacknowledged, acknowledgedUpTo }) =>
      pending + unacknowledged === 0
        ? undefined
        : found(
            `${durable} has acknowledged everything up to event ${acknowledgedUpTo} of the stream and not what follows`,
            durable,
          ),
    ),
};
