import type { Deps } from '../../deps.ts';
import type { PayoutStatus } from '../../domain/payout-account.ts';
import { refreshPayoutAccount } from './refresh-payout-account.ts';

/** How often a user's requests make a pending account be read at Stripe. */
const checkMs = 1_000;

/** The status of the user's account. A pending one is read first, since its owner may have come back from Stripe. */
export const checkPayoutAccount = async (deps: Deps, userId: string): Promise<PayoutStatus | 'none'> => {
  const account = await deps.payoutAccounts.findOne({ _id: userId });
  if (account?.accountId === undefined) return 'none';
  const { accountId, status = 'pending' } = account;
  if (status === 'ready') return status;
  const now = deps.now();
  const isDue = {
    $or: [{ checkedAt: { $exists: false } }, { checkedAt: { $lte: new Date(now.getTime() - checkMs) } }],
  };
  const { matchedCount } = await deps.payoutAccounts.updateOne({ _id: userId, ...isDue }, { $set: { checkedAt: now } });
  if (matchedCount === 0) return status;
  return (await refreshPayoutAccount(deps, accountId, performance.now() + deps.timeoutMs.worker)) ?? status;
};
