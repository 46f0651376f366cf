import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { cancelReasons, deliveries, deliveryStatuses, orderStatuses } from './statuses.ts';

export const orderState = z.object({
  id: z.string(),
  version: z.number().int(),
  userId: z.string(),
  /** Absent from orders that were created by a release without it. */
  sellerId: z.string().optional(),
  status: z.enum(orderStatuses),
  reason: z.enum(cancelReasons).optional(),
  /**
   * Why the order ends unless it is paid: while it awaits payment, payments is asked, and its answer decides. Kept when the
   * order has ended.
   */
  closing: z.enum(cancelReasons).optional(),
  /** Absent from orders that a release without it publishes. */
  createdAt: z.iso.datetime().optional(),
  expiresAt: z.iso.datetime(),
  /** When it became complete, whatever becomes of it then; absent if a release without this field completed it. */
  completedAt: z.iso.datetime().optional(),
  /** When payments recorded the payment, which is a moment earlier; absent if a release without this field did. */
  paidAt: z.iso.datetime().optional(),
  /** Of the ticket itself. Absent until the order is complete, and if a release without this field completed it. */
  delivery: z
    .object({
      status: z.enum(deliveryStatuses),
      /** When it fails unless the ticket is delivered before. */
      dueAt: z.iso.datetime().optional(),
      deliveredAt: z.iso.datetime().optional(),
    })
    .optional(),
  /** When the buyer last reported a problem with what was bought. */
  problemAt: z.iso.datetime().optional(),
  /** When that problem was first reported: another report before an operator has settled it leaves this unchanged. */
  problemSince: z.iso.datetime().optional(),
  /** From when on no problem can be reported: payments has asked, no problem was open, and the ticket was delivered. */
  releaseAgreedAt: z.iso.datetime().optional(),
  /** Minor units of `currency`; the price that the buyer was shown, which never changes. */
  price: z.number().int(),
  /** ISO 4217, in lower case. Absent from orders that were made by a release without it: then it is the configured one. */
  currency: z.string().optional(),
  /** Of the event that the ticket is for: see `eventIdOf`. Absent from orders that a release without it made. */
  eventId: z.string().optional(),
  ticket: z.object({
    id: z.string(),
    title: z.string(),
    /** Minor units of the order's currency. */
    price: z.number().int(),
    version: z.number().int(),
    /** The revision that the buyer saw; the claim succeeds only if the ticket still has it. */
    revision: z.number().int(),
    /** No consumer decides by it, so that an order need not wait for one that knows a new category. */
    category: z.string().optional(),
    startsAt: z.iso.datetime().optional(),
    timeZone: z.string().optional(),
    venue: z.string().optional(),
    city: z.string().optional(),
    section: z.string().optional(),
    row: z.string().optional(),
    seat: z.string().optional(),
    /** Whether its file was there, and so comes with the payment; absent from orders that a release without it made. */
    delivery: z.enum(deliveries).optional(),
  }),
});

export const orderCreated = defineEvent('order.created', orderState);
/** Awaiting payment, closing, or complete. */
export const orderUpdated = defineEvent('order.updated', orderState);
export const orderCancelled = defineEvent('order.cancelled', orderState);
/** Public state of an order's timer, the aggregate of expiration. */
export const timerState = z.object({ orderId: z.string() });
/** The timer of an order has rung. */
export const orderExpired = defineEvent('order.expired', timerState, { aggregateType: 'timer' });

/** The deadline of an order's delivery has passed, unless the ticket itself has a later one. */
export const orderDeliveryDue = defineEvent('order.delivery-due', timerState, { aggregateType: 'timer' });

export type OrderState = z.infer<typeof orderState>;
export type OrderStatus = (typeof orderStatuses)[number];
export type CancelReason = (typeof cancelReasons)[number];
