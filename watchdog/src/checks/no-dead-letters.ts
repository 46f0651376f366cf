import { each, found, moment, type Check } from './check.ts';

export const noDeadLetters: Check = {
  name: 'no-dead-letters',
  says: 'No event is set aside as a dead letter.',
  compare: ({ deadLetters }) =>
    each(deadLetters, ({ service, id, subject, at }) =>
      found(`${service} has set aside an ${subject} at ${moment(at)}: ${id}`, id),
    ),
};
