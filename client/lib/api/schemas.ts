import * as z from 'zod/mini';

export const ticketSchema = z.object({
  id: z.string(),
  version: z.number(),
  title: z.string(),
  /** Major units. */
  price: z.number(),
  userId: z.string(),
  /** The order that holds or has bought it. */
  orderId: z.optional(z.string()),
  soldAt: z.optional(z.string()),
  category: z.optional(z.string()),
  venue: z.optional(z.string()),
  city: z.optional(z.string()),
  startsAt: z.optional(z.string()),
  section: z.optional(z.string()),
  row: z.optional(z.string()),
  seat: z.optional(z.string()),
  description: z.optional(z.string()),
});
export type Ticket = z.infer<typeof ticketSchema>;
export const ticketsSchema = z.array(ticketSchema);

export const orderSchema = z.object({
  id: z.string(),
  version: z.number(),
  userId: z.string(),
  status: z.enum(['created', 'awaiting:payment', 'complete', 'cancelled']),
  reason: z.optional(z.string()),
  expiresAt: z.string(),
  /** Major units. */
  price: z.number(),
  ticket: z.object({ id: z.string(), title: z.string(), price: z.number(), version: z.number() }),
});
export type Order = z.infer<typeof orderSchema>;
export const ordersSchema = z.array(orderSchema);

export const chargeSchema = z.object({
  id: z.string(),
  orderId: z.string(),
  status: z.enum(['created', 'completed', 'failed', 'refunded']),
  /** Cards that were declined, and the one that was taken. */
  attempts: z.number(),
  /** Cents. */
  amount: z.number(),
  stripeId: z.optional(z.string()),
  stripeRefundId: z.optional(z.string()),
});
export type Charge = z.infer<typeof chargeSchema>;

export const userSchema = z.object({ id: z.string(), email: z.string() });
export type User = z.infer<typeof userSchema>;
export const currentUserSchema = z.object({ currentUser: z.nullish(userSchema) });

export const paymentSchema = z.object({ id: z.string() });
export const nothingSchema = z.unknown();

export const errorsSchema = z.object({
  errors: z.array(z.object({ message: z.string(), field: z.optional(z.string()) })),
});
