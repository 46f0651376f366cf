import { each, found, moment, type Check } from './check.ts';

export const nothingUnpublished: Check = {
  name: 'nothing-unpublished',
  says: 'No event waits in its aggregate for the broker for longer than 15 s.',
  compare: ({ unpublished, at }, { publishWithinMs }) =>
    each(unpublished, ({ service, id, eventId, type, time }) =>
      at - time <= publishWithinMs
        ? undefined
        : found(`${service}: ${type} of ${id} waits for the broker since ${moment(time)}`, id, eventId),
    ),
};
