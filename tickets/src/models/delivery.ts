import type { OrderState } from '@ticketing/common/events';
import { expression } from '@ticketing/common/messaging';

const ifFile = (then: unknown, otherwise: unknown) =>
  expression({ $cond: [{ $eq: [{ $type: '$fileId' }, 'string'] }, then, otherwise] });

/**
 * Marks a ticket as sold. One whose file is there is delivered with it. The seller of another has until the order's deadline to
 * deliver it, and `minMs` from now on at least, however late the order's event arrives. An order that a release without
 * deliveries has completed sets no deadline.
 */
export const sale = ({ userId, delivery }: OrderState, now: Date, minMs: number) => ({
  availability: 'sold' as const,
  soldAt: expression({ $ifNull: ['$soldAt', now] }),
  buyerId: userId,
  deliveredAt: ifFile({ $ifNull: ['$deliveredAt', now] }, '$$REMOVE'),
  dueAt:
    delivery?.dueAt === undefined
      ? undefined
      : ifFile('$$REMOVE', new Date(Math.max(Date.parse(delivery.dueAt), now.getTime() + minMs))),
});

/** Of a sold ticket whose buyer has its file, or may still get it. */
export const notEnded = {
  availability: 'sold' as const,
  deliveryFailedAt: { $exists: false },
  deliveryEndedAt: { $exists: false },
};
