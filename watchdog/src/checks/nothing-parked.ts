import { checkEach, finding, formatTime, type Check } from './check.ts';

export const nothingParked: Check = {
  name: 'nothing-parked',
  rule: 'No event waits for a replica that knows its values for longer than 10 minutes.',
  run: ({ parked, at }, { handleParkedWithinMs }) =>
    checkEach(parked, ({ service, id, subject, at: since }) =>
      at - since <= handleParkedWithinMs
        ? undefined
        : finding(`${service} has parked ${subject} since ${formatTime(since)}: ${id}`, id),
    ),
};
