import { cancelReasons, undoReasons } from '@ticketing/common/events';
import type { Charge } from './payment.ts';

/** Why an order ends that was never complete. Of a reason that this release does not know, that is not known either. */
const neverComplete: ReadonlySet<string | undefined> = new Set(
  cancelReasons.filter((reason) => !undoReasons.some((undone) => undone === reason)),
);

/** Whether a charge was completed although its order had been cancelled before: such money is no sale. */
export const wasNeverComplete = ({ completedAt, order }: Pick<Charge, 'completedAt' | 'order'>): boolean =>
  completedAt !== undefined && order.status === 'cancelled' && neverComplete.has(order.reason);
