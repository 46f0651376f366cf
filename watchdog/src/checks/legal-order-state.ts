import type { OrderRecord } from '../books/records.ts';
import { each, found, type Check } from './check.ts';

/** Each move raises the version by one, so that the version tells whether an order came by legal moves. */
const versions: Readonly<Record<string, readonly number[]>> = {
  created: [0],
  'awaiting:payment': [1],
  complete: [2],
  cancelled: [1, 2],
};

const reasons = ['by_buyer', 'expired', 'price_changed', 'ticket_changed', 'unavailable', 'payment_failed'];

const problem = ({ status, version, reason }: OrderRecord): string | undefined => {
  const legal = versions[status];
  if (legal === undefined) return `has the status ${status}, which there is not`;
  if (!legal.includes(version)) return `is ${status} in version ${version}, which no legal moves lead to`;
  if (status === 'cancelled' && !reasons.includes(reason ?? ''))
    return `is cancelled with the reason ${reason ?? 'none'}`;
  if (status !== 'cancelled' && reason !== undefined) return `is ${status} although it was cancelled: ${reason}`;
  return undefined;
};

export const legalOrderState: Check = {
  name: 'legal-order-state',
  says: 'An order is in a state that the legal moves lead to; a cancelled order never comes back.',
  compare: ({ orders }) =>
    each(orders, (order) => {
      const text = problem(order);
      return text === undefined ? undefined : found(`order ${order.id} ${text}`, order.id);
    }),
};
