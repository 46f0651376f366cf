import { cancelReasons, undoReasons } from '@ticketing/common/events';
import type { OrderRecord } from '../sources/orders.ts';
import { checkEach, finding, type Check } from './check.ts';

/**
 * Each transition raises the version by one, and so do the question to payments at the deadline (`closing`), a later deadline of
 * the delivery, the delivery, each report of a problem, and the agreement to the release of the proceeds: the version shows whether an order got here by legal transitions.
 */
const versions: Readonly<Record<string, readonly number[]>> = {
  created: [0],
  'awaiting:payment': [1],
  complete: [2],
  cancelled: [1, 2],
};
/** Reasons for which only unpaid orders are cancelled. */
const unpaidReasons: ReadonlySet<string | undefined> = new Set(
  cancelReasons.filter((reason) => !undoReasons.some((undo) => undo === reason)),
);
const versionsOfClosing: typeof versions = { 'awaiting:payment': [2], complete: [3], cancelled: [3] };

const isLegalVersion = (order: OrderRecord): boolean => {
  const { status, version, closing, wasComplete, isProblemReported, isReleased, deliveryStatus } = order;
  const legal = (closing === undefined ? versions : versionsOfClosing)[status] ?? [];
  // A refund may be heard of before the completion.
  const legalAfterSale = status === 'cancelled' && wasComplete ? [...legal, Math.max(...legal) + 1] : legal;
  const withDelivery =
    deliveryStatus === undefined ? legalAfterSale : legalAfterSale.flatMap((each) => [each, each + 1, each + 2]);
  // A release that does not ask has released some without an agreement.
  const withRelease = isReleased ? withDelivery.flatMap((each) => [each, each + 1]) : withDelivery;
  return isProblemReported ? version > Math.min(...withRelease) : withRelease.includes(version);
};

const problemOf = (order: OrderRecord): string | undefined => {
  const { status, version, reason, wasComplete } = order;
  if (versions[status] === undefined) return `has the status ${status}, which does not exist`;
  if (!isLegalVersion(order)) return `is ${status} in version ${version}, which no legal transitions lead to`;
  // Any reason: the services may be of a newer version than the watchdog.
  if (status === 'cancelled' && reason === undefined) return 'is cancelled without a reason';
  if (status === 'cancelled' && wasComplete && unpaidReasons.has(reason))
    return `was complete and is cancelled: ${reason}`;
  if (status !== 'cancelled' && reason !== undefined) return `is ${status} although it was cancelled: ${reason}`;
  return undefined;
};

export const legalOrderState: Check = {
  name: 'legal-order-state',
  rule: 'Status, version and reason of an order result from legal transitions; a cancelled order stays cancelled.',
  run: ({ orders }) =>
    checkEach(orders, (order) => {
      const problem = problemOf(order);
      return problem === undefined ? undefined : finding(`order ${order.id} ${problem}`, order.id);
    }),
};
