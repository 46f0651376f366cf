import { openDisputeStatuses } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';

/** Late money is about to be refunded; what an operator has ordered to be returned is still owed. */
const owedToBuyers = {
  owed: { $gt: 0 },
  $or: [{ refundDue: { $exists: false } }, { refundOrdered: { $exists: true } }],
};

/** For the alerts: what a person has to look at. Each replica counts all. */
export const countOpenMoney = async ({ payments, bookmarks, metrics }: Deps): Promise<void> => {
  const [owed, disputed, bookmark] = await Promise.all([
    payments.countDocuments(owedToBuyers),
    payments.countDocuments({ 'dispute.status': { $in: [...openDisputeStatuses] } }),
    bookmarks.findOne(),
  ]);
  metrics.failedRefunds.set(owed);
  metrics.openDisputes.set(disputed);
  if (bookmark !== null) metrics.followedAt.set(bookmark.at.getTime() / 1000);
};
