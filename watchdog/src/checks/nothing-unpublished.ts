import { checkEach, finding, formatTime, type Check } from './check.ts';

export const nothingUnpublished: Check = {
  name: 'nothing-unpublished',
  rule: 'No event waits in an outbox for longer than 15 s.',
  run: ({ unpublished, at }, { publishWithinMs }) =>
    checkEach(unpublished, ({ service, id, eventId, type, time }) =>
      at - time <= publishWithinMs
        ? undefined
        : finding(`${service}: ${type} of ${id} has waited in the outbox since ${formatTime(time)}`, id, eventId),
    ),
};
