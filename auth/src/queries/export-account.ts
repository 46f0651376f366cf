import type { CurrentUser } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { listPasskeys } from './list-passkeys.ts';
import { listSessions } from './list-sessions.ts';

/** All that auth keeps of an account, without secrets. */
export const exportAccount = async (deps: Deps, session: CurrentUser) => {
  const user = await deps.loadUser(session.id);
  const mails = await deps.mailJobs.find({ userId: session.id }, { sort: { at: -1 }, limit: 1_000 }).toArray();
  return {
    account: {
      id: session.id,
      email: session.email,
      emailVerified: session.emailVerified ?? false,
      ...(user === null ? {} : { createdAt: user.createdAt.toISOString() }),
      ...(user?.passwordChangedAt === undefined ? {} : { passwordChangedAt: user.passwordChangedAt.toISOString() }),
      ...(user?.changeLink === undefined ? {} : { requestedEmail: user.changeLink.email }),
    },
    sessions: await listSessions(deps, session),
    passkeys: await listPasskeys(deps, session.id),
    mails: mails.map(({ template, at, endedAt, dropped }) => ({
      template,
      at: at.toISOString(),
      ...(endedAt === undefined || dropped !== undefined ? {} : { sentAt: endedAt.toISOString() }),
    })),
  };
};
