import type { passkeyShape } from '@ticketing/auth/passkey-shapes';
import type { sessionsShape } from '@ticketing/auth/session-shapes';
import type { userShape } from '@ticketing/auth/shapes';
import { orderShape } from '@ticketing/orders/shapes';
import { paymentShape, pendingPaymentShape, type chargeShape } from '@ticketing/payments/shapes';
import { saleShape, type balanceShape, type payoutAccountShape } from '@ticketing/payments/sales-shapes';
import { codeShape, codesShape } from '@ticketing/tickets/code-shapes';
import { eventShape } from '@ticketing/tickets/event-shapes';
import { listedTicketShape, ticketShape } from '@ticketing/tickets/shapes';
import * as z from 'zod/mini';

export { errorsShape as errorsSchema } from '@ticketing/common/errors';
export { passkeyShape as passkeySchema, passkeysShape as passkeysSchema } from '@ticketing/auth/passkey-shapes';
export { sessionsShape as sessionsSchema } from '@ticketing/auth/session-shapes';
export { currentUserShape as currentUserSchema, userShape as userSchema } from '@ticketing/auth/shapes';
export {
  balanceShape as balanceSchema,
  onboardingShape as onboardingSchema,
  payoutAccountShape as payoutAccountSchema,
} from '@ticketing/payments/sales-shapes';
export { chargeShape as chargeSchema } from '@ticketing/payments/shapes';

/** Paid, or to be confirmed at the bank first. */
export const paymentSchema = z.union([pendingPaymentShape, paymentShape]);

// Absent in responses of the release before, whose prices were in usd.
const currency = { currency: z.prefault(z.string(), 'usd') };
// The site shows a category and a reason that it does not know: a service of a newer release may send one.
const anyCategory = { category: z.optional(z.string()) };
// Absent in responses of the release before.
const eventId = { eventId: z.optional(z.string()) };
// The same; and the site shows a way of delivery that it does not know as the seller's.
const delivery = { delivery: z.prefault(z.string(), 'by_seller') };
const asAnyRelease = { ...currency, ...anyCategory, ...eventId, ...delivery };
export const ticketSchema = z.extend(ticketShape, asAnyRelease);
const listedTicketSchema = z.extend(listedTicketShape, asAnyRelease);
export const ticketsSchema = z.array(listedTicketSchema);
// The site shows a code of a format that it does not know.
const codeSchema = z.extend(codeShape, { format: z.string() });
export const codesSchema = z.extend(codesShape, { codes: z.array(codeSchema) });
// Services of the release before send no version.
export const eventSchema = z.extend(eventShape, { ...anyCategory, version: z.optional(z.int()) });
export const eventsSchema = z.array(eventSchema);
// The site says nothing of a delivery whose status it does not know.
const orderDelivery = z.object({
  status: z.string(),
  dueAt: z.optional(z.string()),
  deliveredAt: z.optional(z.string()),
});
// It does not show a move to a status that it does not know.
const history = z.array(z.object({ status: z.string(), reason: z.optional(z.string()), at: z.string() }));
export const orderSchema = z.extend(orderShape, {
  ...currency,
  // Absent in responses of the release before.
  createdAt: z.optional(z.string()),
  reason: z.optional(z.string()),
  history: z.optional(history),
  delivery: z.optional(orderDelivery),
  ticket: z.extend(orderShape.shape.ticket, anyCategory),
});
export const ordersSchema = z.array(orderSchema);
// The site shows a state that it does not know: payments of a newer release may send one.
const saleSchema = z.extend(saleShape, { state: z.string() });
export const salesSchema = z.array(saleSchema);
// The browser checks them.
export const passkeyCreationSchema = z.custom<PublicKeyCredentialCreationOptionsJSON>();
export const passkeyRequestSchema = z.custom<PublicKeyCredentialRequestOptionsJSON>();
export const csvSchema = z.string();
export const nothingSchema = z.unknown();

export type Code = z.infer<typeof codeSchema>;
export type FileCodes = z.infer<typeof codesSchema>;
export type Ticket = z.infer<typeof ticketSchema>;
export type ListedTicket = z.infer<typeof listedTicketSchema>;
export type EventEntry = z.infer<typeof eventSchema>;
export type Order = z.infer<typeof orderSchema>;
export type Charge = z.infer<typeof chargeShape>;
export type Sale = z.infer<typeof saleSchema>;
export type Balance = z.infer<typeof balanceShape>;
export type PayoutStatus = z.infer<typeof payoutAccountShape>['status'];
export type User = z.infer<typeof userShape>;
export type Passkey = z.infer<typeof passkeyShape>;
export type AccountSession = z.infer<typeof sessionsShape>[number];
