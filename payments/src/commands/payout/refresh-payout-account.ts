import type { Deps } from '../../deps.ts';
import type { PayoutStatus } from '../../domain/payout-account.ts';
import type { Deadline } from '../../gateways/stripe/call.ts';

/**
 * Reads the account at Stripe and stores its status, unless a later read has been stored meanwhile. Returns undefined when
 * Stripe does not respond.
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
  await deps.payoutAccounts.updateOne({ accountId, ...isNewest }, { $set: { status, readAt } });
  return status;
};
