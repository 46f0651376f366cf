import { isSuspended, type UserState } from '@ticketing/common/events';
import { applyIfNewer, type Received } from '@ticketing/common/messaging';
import type { Deps } from '../../deps.ts';
import { wakePayouts } from './wake-payouts.ts';

/**
 * Copies users, without their e-mails: whether it is verified, and whether the account is closed or suspended. Proceeds that
 * wait for a verified e-mail or the end of a suspension are sent then.
 */
export const applyUserStates =
  (deps: Deps) =>
  async (events: readonly Received<UserState>[]): Promise<void> => {
    const users = events.map(({ state: { email: _email, ...user } }) => user);
    await applyIfNewer(deps.payoutAccounts, 'user', users);
    const payable = users.filter(
      (user) => user.emailVerified === true && user.closedAt === undefined && !isSuspended(user),
    );
    await wakePayouts(
      deps,
      payable.map(({ id }) => id),
    );
  };
