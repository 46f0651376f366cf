import { expression, type Expression } from '@ticketing/common/messaging';

/** The ticket must be there this long before the event, unless it was sold too late for that. */
const beforeStartMs = 60 * 60_000;

/** The delivery of an order that is completed now: pending, until `max` from now, an hour before the start, never before `min`. */
export const pendingDelivery = (
  now: Date,
  { max, min }: { readonly max: number; readonly min: number },
): Expression => {
  const startsAt = { $dateFromString: { dateString: '$ticket.startsAt', onNull: null } };
  const latest = { $min: [new Date(now.getTime() + max), { $subtract: [startsAt, beforeStartMs] }] };
  return expression({ status: 'pending', dueAt: { $max: [latest, new Date(now.getTime() + min)] } });
};

/** The delivery of an order with these changes. */
export const changedDelivery = (changes: {
  readonly status?: 'delivered' | 'failed';
  readonly dueAt?: Date;
  readonly deliveredAt?: Date;
}): Expression => expression({ $mergeObjects: ['$delivery', { $literal: changes }] });
