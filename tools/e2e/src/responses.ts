import { z } from 'zod';

// Strict: a field that the contract does not name fails, `_id` and `__v` above all.

const id = z.string().min(1);
const version = z.int().min(0);
const time = z.iso.datetime();
const email = z.email({ pattern: z.regexes.html5Email });
const currency = z.string().regex(/^[a-z]{3}$/);

export const userResponse = z.strictObject({ id, email, emailVerified: z.boolean() });

export const currentUserResponse = z.strictObject({ currentUser: z.looseObject({ id, email }).nullable() });

export const ticketResponse = z.strictObject({
  id,
  version,
  title: z.string(),
  price: z.number().positive(),
  currency,
  userId: id,
  eventId: id,
  orderId: id.optional(),
  soldAt: time.optional(),
  withdrawnAt: time.optional(),
  delivery: z.enum(['instant', 'by_seller']),
  dueAt: time.optional(),
  deliveredAt: time.optional(),
  deliveryFailedAt: time.optional(),
  deliveryEndedAt: time.optional(),
  category: z.string().optional(),
  venue: z.string().optional(),
  city: z.string().optional(),
  startsAt: time.optional(),
  timeZone: z.string().optional(),
  section: z.string().optional(),
  row: z.string().optional(),
  seat: z.string().optional(),
  description: z.string().optional(),
});
export type Ticket = z.infer<typeof ticketResponse>;
export const ticketListResponse = z.array(ticketResponse.omit({ description: true }));

const sum = { count: z.int().min(0), total: z.number().min(0) };
export const ticketSummaryResponse = z.strictObject({
  currency,
  onSale: z.strictObject(sum),
  held: z.strictObject(sum),
  toDeliver: z.strictObject({ ...sum, first: ticketListResponse }),
});

export const eventResponse = z.strictObject({
  id,
  version,
  title: z.string(),
  category: z.string().optional(),
  venue: z.string().optional(),
  city: z.string().optional(),
  startsAt: time.optional(),
  timeZone: z.string().optional(),
  onSale: z.int().min(0),
  fromPrice: z.number().positive(),
  currency,
});
export type Event = z.infer<typeof eventResponse>;

const orderStatus = z.enum(['created', 'awaiting:payment', 'complete', 'cancelled']);
const cancelReason = z.enum([
  'by_buyer',
  'expired',
  'price_changed',
  'ticket_changed',
  'unavailable',
  'payment_failed',
  'account_closed',
  'not_delivered',
  'refunded',
]);

export const orderResponse = z.strictObject({
  id,
  version,
  userId: id,
  status: orderStatus,
  reason: cancelReason.optional(),
  createdAt: time,
  history: z.array(z.strictObject({ status: orderStatus, reason: cancelReason.optional(), at: time })).optional(),
  expiresAt: time,
  problemAt: time.optional(),
  delivery: z
    .strictObject({
      status: z.enum(['pending', 'delivered', 'failed']),
      dueAt: time.optional(),
      deliveredAt: time.optional(),
    })
    .optional(),
  price: z.number().positive(),
  currency,
  ticket: z.strictObject({
    id,
    title: z.string(),
    price: z.number().positive(),
    version,
    category: z.string().optional(),
    startsAt: time.optional(),
    timeZone: z.string().optional(),
    venue: z.string().optional(),
    city: z.string().optional(),
    section: z.string().optional(),
    row: z.string().optional(),
    seat: z.string().optional(),
  }),
});
export type Order = z.infer<typeof orderResponse>;

export const paymentResponse = z.strictObject({ id });

export const chargeResponse = z.strictObject({
  id,
  orderId: id,
  version: version.optional(),
  status: z.enum(['created', 'completed', 'failed', 'refunded']),
  attempts: z.int().min(0),
  amount: z.int().positive(),
  currency,
  stripeId: id.optional(),
  completedAt: z.iso.datetime().optional(),
  stripeRefundId: id.optional(),
  amountRefunded: z.int().min(0).optional(),
  refundStatus: z.enum(['pending', 'succeeded', 'failed']).optional(),
  owed: z.int().positive().optional(),
  dispute: z.strictObject({ status: z.string(), reason: z.string() }).optional(),
  nextAction: z.strictObject({ url: z.string() }).optional(),
});
export type Charge = z.infer<typeof chargeResponse>;

/** The shape of every error response. */
export const errorsResponse = z.strictObject({
  errors: z.array(z.strictObject({ message: z.string().min(1), field: z.string().min(1).optional() })).min(1),
});

const sold = { sales: z.int().min(0), proceeds: z.number() };
export const salesSummaryResponse = z.strictObject({
  currency,
  ...sold,
  states: z.array(
    z.strictObject({ state: z.enum(['held', 'available', 'paid_out', 'refunded', 'disputed']), ...sold }),
  ),
  unit: z.enum(['day', 'week', 'month', 'year']),
  periods: z.array(z.strictObject({ from: z.iso.date(), ...sold })),
});
