import type { UserState } from '@ticketing/common/events';
import { applyIfNewer, type Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';

/** Stores whom to write to. The address of a closed account is forgotten, also in the mails that wait to be sent to it. */
export const applyUserStates =
  (deps: Deps) =>
  async (users: readonly Received<UserState>[]): Promise<void> => {
    await applyIfNewer(
      deps.recipients,
      'user',
      users.map(({ state: { email, ...state } }) =>
        email === undefined || state.closedAt !== undefined ? state : { ...state, email },
      ),
    );
    for (const { state } of users) if (state.closedAt !== undefined) await deps.mail.forgetUser(state.id);
  };
