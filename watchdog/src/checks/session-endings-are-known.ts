import { sessionDays } from '@ticketing/common/events';
import { guardedServices } from '../sources/accounts.ts';
import { checkEach, finding, type Check } from './check.ts';

/** Endings are deleted some time after the last token has expired. */
const marginMs = 5 * 60_000;
const sessionMs = sessionDays * 24 * 60 * 60_000;

export const sessionEndingsAreKnown: Check = {
  name: 'session-endings-are-known',
  rule: 'Tickets, orders and payments know within 60 s that sessions have ended, until their tokens expire.',
  run: ({ accounts, sessions, endings, at }, { forgetWithinMs }) => {
    const known = new Map(endings.map((ending) => [`${ending.service} ${ending.id}`, ending]));
    const ofSessions = sessions.flatMap(({ id, endedAt, expiresAt }) =>
      endedAt === undefined ? [] : [{ id, about: id, endedAt, expiresAt, issuedBefore: undefined }],
    );
    const ofAccounts = accounts.flatMap(({ id, sessionsFrom }) =>
      sessionsFrom === undefined
        ? []
        : [
            {
              id: `user:${id}`,
              about: id,
              endedAt: sessionsFrom,
              expiresAt: sessionsFrom + sessionMs,
              issuedBefore: sessionsFrom,
            },
          ],
    );
    const due = [...ofSessions, ...ofAccounts].filter(
      ({ endedAt, expiresAt }) => at - endedAt > forgetWithinMs && expiresAt - at > marginMs,
    );
    return checkEach(due, ({ id, about, issuedBefore = 0 }) => {
      const unaware = guardedServices.filter((service) => {
        const ending = known.get(`${service} ${id}`);
        return ending === undefined || (ending.issuedBefore ?? 0) < issuedBefore;
      });
      return unaware.length === 0
        ? undefined
        : finding(`${unaware.join(', ')} ${unaware.length === 1 ? 'does' : 'do'} not know that ${id} has ended`, about);
    });
  },
};
