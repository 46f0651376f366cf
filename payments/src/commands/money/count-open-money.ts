import { openDisputeStatuses } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';

/** For the alerts: what a person has to look at. Each replica counts all. */
export const countOpenMoney = async ({ payments, bookmarks, metrics }: Deps): Promise<void> => {
  const [failed, disputed, bookmark] = await Promise.all([
    payments.countDocuments({ refundStatus: 'failed', owed: { $gt: 0 } }),
    payments.countDocuments({ 'dispute.status': { $in: [...openDisputeStatuses] } }),
    bookmarks.findOne(),
  ]);
  metrics.failedRefunds.set(failed);
  metrics.openDisputes.set(disputed);
  if (bookmark !== null) metrics.followedAt.set(bookmark.at.getTime() / 1000);
};
