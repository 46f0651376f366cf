import { isSuspended, sessionsEnded, userUpdated, type Trace } from '@ticketing/common/events';
import type { Deps } from '../deps.ts';
import { endedSessions, sessionCutoff, sessionsAsRead } from '../domain/sessions.ts';

interface SuspensionRequest {
  readonly userId: string;
  /** Of the operator's request. */
  readonly requestId: string;
  readonly trace: Trace;
}

/**
 * Suspends an account, unless it is closed: one write ends its sessions, refuses new ones, and tells the other services. An
 * account that is suspended already stays as it is, and so does one that was reinstated since this request suspended it: a
 * request that is repeated after a crash undoes no later one.
 */
export const suspendAccount = async (
  deps: Deps,
  { userId, requestId, trace }: SuspensionRequest,
): Promise<'suspended' | 'no_account'> => {
  const open = { _id: userId, closedAt: { $exists: false } };
  for (;;) {
    const user = await deps.users.findOne(open, { projection: { outbox: 0 } });
    if (user === null) return 'no_account';
    if (isSuspended(user) || user.suspensionRequest === requestId) return 'suspended';
    const cutoff = sessionCutoff(deps.now(), user).getTime();
    const at = new Date(Math.max(cutoff, (user.reinstatedAt?.getTime() ?? 0) + 1));
    const suspended = await deps.userStore.change({
      // Unless somebody has signed in meanwhile, or ended other sessions.
      filter: { ...open, version: user.version, ...sessionsAsRead(user) },
      set: { suspendedAt: at, suspensionRequest: requestId, sessionsFrom: at },
      unset: ['keptSession'],
      event: userUpdated,
      sideEvent: { event: sessionsEnded, data: endedSessions(userId, { before: at }) },
      trace,
    });
    if (suspended !== null) return 'suspended';
  }
};

/** Ends the suspension of an account. Both times are kept: who hears of them in another order knows which is the later. */
export const reinstateAccount = async (
  deps: Deps,
  { userId, requestId, trace }: SuspensionRequest,
): Promise<'reinstated' | 'not_suspended' | 'no_account'> => {
  const open = { _id: userId, closedAt: { $exists: false } };
  for (;;) {
    const user = await deps.users.findOne(open, { projection: { outbox: 0 } });
    if (user === null) return 'no_account';
    const { suspendedAt } = user;
    if (suspendedAt === undefined) return 'not_suspended';
    if (!isSuspended(user) || user.reinstatementRequest === requestId) return 'reinstated';
    // By the clocks of two replicas, it could end before it began.
    const reinstatedAt = new Date(Math.max(deps.now().getTime(), suspendedAt.getTime() + 1));
    const reinstated = await deps.userStore.change({
      filter: { ...open, version: user.version },
      set: { reinstatedAt, reinstatementRequest: requestId },
      event: userUpdated,
      trace,
    });
    if (reinstated !== null) return 'reinstated';
  }
};
