import { ServiceUnavailableError } from '@ticketing/common/errors';
import type { Deps } from '../../deps.ts';
import type { Deadline } from '../../gateways/stripe/call.ts';

/**
 * Returns the address of Stripe's page on which the user sets up the account that is paid to. The first request creates the
 * account at Stripe, which several at once do once only.
 * @throws ServiceUnavailableError when Stripe does not respond; a retry is safe.
 */
export const beginOnboarding = async (deps: Deps, userId: string): Promise<string> => {
  const deadline = performance.now() + deps.timeoutMs.buyer;
  const account = await deps.payoutAccounts.findOne({ _id: userId });
  const accountId = account?.accountId ?? (await createAccount(deps, userId, deadline));
  const url = await deps.accounts.createOnboardingLink(accountId, deadline);
  if (url === undefined) throw new ServiceUnavailableError();
  return url;
};

/** Of two accounts, which Stripe makes only when it has forgotten the key of a process that died, the one stored first counts. */
const createAccount = async (deps: Deps, userId: string, deadline: Deadline): Promise<string> => {
  const created = await deps.accounts.createAccount(userId, deadline);
  if (created === undefined) throw new ServiceUnavailableError();
  const stored = await deps.payoutAccounts.findOneAndUpdate(
    { _id: userId },
    [
      {
        $set: {
          accountId: { $ifNull: ['$accountId', { $literal: created }] },
          status: { $ifNull: ['$status', 'pending'] },
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return stored?.accountId ?? created;
};
