import { checkEach, finding, formatTime, type Check } from './check.ts';

export const mailIsTriedInTime: Check = {
  name: 'mail-is-tried-in-time',
  rule: 'No mail that is due waits for longer than an hour without being tried.',
  run: ({ mails, at }, { mailWithinMs }) =>
    checkEach(
      mails.flatMap(({ dueAt, ...mail }) => (dueAt === undefined ? [] : [{ ...mail, dueAt }])),
      ({ service, id, dueAt }) =>
        at - dueAt <= mailWithinMs
          ? undefined
          : finding(`${service} has not tried the mail ${id} since ${formatTime(dueAt)}`, id),
    ),
};
