import { expect, test } from '@jest/globals';
import { isStalled } from './is-stalled.ts';

const consumer = (changes: {
  readonly created?: string;
  readonly delivered?: number;
  readonly acknowledged?: number;
  readonly pending?: number;
}) => {
  const { created = 'once', delivered = 7, acknowledged = 5, pending = 3 } = changes;
  return {
    created,
    delivered: { consumer_seq: delivered },
    ack_floor: { consumer_seq: acknowledged },
    num_pending: pending,
  };
};

test.each([
  ['events are pending and nothing has moved', {}, {}, true],
  ['events wait for their acknowledgement or redelivery only', { pending: 0 }, { pending: 0 }, false],
  ['more events have arrived and none was delivered', { pending: 3 }, { pending: 9 }, true],
  ['something was delivered, if only again', {}, { delivered: 8 }, false],
  ['something was acknowledged', {}, { acknowledged: 6 }, false],
  ['there was nothing to deliver before', { pending: 0 }, {}, false],
  ['there is nothing to deliver any more', {}, { pending: 0 }, false],
  ['it is another consumer', {}, { created: 'again' }, false],
] as const)('When %s, then whether the consumer is stalled is known', (_, before, now, stalled) => {
  expect(isStalled(consumer(before), consumer(now))).toBe(stalled);
});
