import { newTrace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import type { PayoutAccount } from '../../models/payout-account.ts';

/** The account that proceeds may be sent to, if the seller's e-mail is verified and the user has not closed the account. */
export const payableAccountOf = (account: PayoutAccount | null): string | undefined =>
  account?.status === 'ready' && account.user?.emailVerified === true && account.user.closedAt === undefined
    ? account.accountId
    : undefined;

/**
 * Marks these sellers' waiting payouts for the worker. A mark that a sale has stays known as failing, as in `payoutMarked`: no
 * other sale of the seller is sent meanwhile.
 */
export const wakePayouts = async (deps: Deps, sellerIds: readonly string[]): Promise<void> => {
  if (sellerIds.length === 0) return;
  const mark = { due: deps.now(), ...newTrace(deps, 'payout-account-ready') };
  await deps.payments.updateMany({ payoutWaits: true, 'order.sellerId': { $in: [...sellerIds] } }, [
    { $set: { payoutDue: { $mergeObjects: ['$payoutDue', { $literal: mark }] } } },
    { $unset: 'payoutWaits' },
  ]);
};
