import type { Deps } from '../../deps.ts';
import type { PayoutStatus } from '../../domain/payout-account.ts';
import type { Deadline } from '../../gateways/stripe/call.ts';
import { wakePayouts } from './wake-payouts.ts';

/**
 * Reads the account at Stripe and stores its status, unless a later read has been stored meanwhile. Proceeds that wait for a
 * ready account are sent then. Returns undefined when Stripe does not respond.
 */
export const refreshPayoutAccount = async (
  deps: Deps,
  accountId: string,
  deadline: Deadline,
): Promise<PayoutStatus | undefined> => {
  const readAt = deps.now();
  const status = await deps.accounts.readAccount(accountId, deadline);
  if (status === undefined) return undefined;
  const isNewest = { $or: [{ readAt: { $exists: false } }, { readAt: { $lte: readAt } }] };
  const account = await deps.payoutAccounts.findOneAndUpdate(
    { accountId, ...isNewest },
    { $set: { status, readAt } },
    { returnDocument: 'after' },
  );
  // Also when it was ready before: the process that stored that may have died.
  if (account !== null && status === 'ready') await wakePayouts(deps, [account._id]);
  return status;
};
