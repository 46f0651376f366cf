import { checkEach, finding, formatTime, type Check } from './check.ts';

export const noDeadLetters: Check = {
  name: 'no-dead-letters',
  rule: 'There are no dead letters.',
  run: ({ deadLetters }) =>
    checkEach(deadLetters, ({ service, id, subject, at }) =>
      finding(`${service} has a dead letter of ${subject} since ${formatTime(at)}: ${id}`, id),
    ),
};
