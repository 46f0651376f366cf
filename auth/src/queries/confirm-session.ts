import type { SessionGuard } from '@ticketing/common/http';
import { isLive } from '../domain/sessions.ts';
import type { Models } from '../models/open-models.ts';

/** How often the use of a session is noted. */
const noteEveryMs = 5 * 60 * 1000;

/**
 * auth looks every session up, since a session that it has ended must be refused at once, by each of its replicas. The
 * user's present e-mail comes with it.
 */
export const createSessionGuard = ({ loadUser, loadSession, sessions }: Models, now: () => Date): SessionGuard => ({
  isEnded: () => false,
  confirm: async (user) => {
    const [account, session] = await Promise.all([loadUser(user.id), loadSession(user.sid)]);
    if (!isLive(user, account, session)) return undefined;
    const time = now();
    if (session !== null && time.getTime() - session.lastUsedAt.getTime() > noteEveryMs) {
      await sessions.updateOne({ _id: user.sid }, { $max: { lastUsedAt: time } });
    }
    return { ...user, email: account?.email ?? user.email, emailVerified: account?.emailVerified ?? false };
  },
});
