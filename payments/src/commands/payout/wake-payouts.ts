import { isSuspended, newTrace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import type { PayoutAccount } from '../../models/payout-account.ts';
import { payoutMarked } from '../record-charge.ts';

/** The account that proceeds may be sent to, if the seller's e-mail is verified and the user's account neither closed nor suspended. */
export const payableAccountOf = (account: PayoutAccount | null): string | undefined =>
  account?.status === 'ready' &&
  account.user?.emailVerified === true &&
  account.user.closedAt === undefined &&
  !isSuspended(account.user)
    ? account.accountId
    : undefined;

/** Marks these sellers' waiting payouts for the worker. */
export const wakePayouts = async (deps: Deps, sellerIds: readonly string[]): Promise<void> => {
  if (sellerIds.length === 0) return;
  const mark = payoutMarked(deps.now(), newTrace(deps, 'payout-account-ready'));
  await deps.payments.updateMany({ payoutWaits: true, 'order.sellerId': { $in: [...sellerIds] } }, [
    { $set: { payoutDue: mark.value } },
    { $unset: 'payoutWaits' },
  ]);
};
