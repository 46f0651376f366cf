import type { ListingDetail } from '@ticketing/common/events';
import type { Api } from './api.ts';
import {
  balanceSchema,
  chargeSchema,
  codesSchema,
  csvSchema,
  currentUserSchema,
  eventSchema,
  eventsSchema,
  nothingSchema,
  onboardingSchema,
  orderSchema,
  ordersSchema,
  passkeyCreationSchema,
  passkeyRequestSchema,
  passkeySchema,
  passkeysSchema,
  paymentSchema,
  payoutAccountSchema,
  salesSchema,
  sessionsSchema,
  ticketSchema,
  ticketsSchema,
  userSchema,
} from './schemas.ts';

const path = (base: string, id: string): string => `${base}/${encodeURIComponent(id)}`;

export const ticketPath = (ticketId: string): string => path('/api/tickets', ticketId);
export const eventPath = (eventId: string): string => path('/api/events', eventId);
export const orderPath = (orderId: string): string => path('/api/orders', orderId);

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export const signUp = (api: Api, credentials: Credentials) =>
  api.send(userSchema, { method: 'POST', path: '/api/users/signup', body: credentials });

export const signIn = (api: Api, credentials: Credentials) =>
  api.send(userSchema, { method: 'POST', path: '/api/users/signin', body: credentials });

export const signOut = (api: Api) => api.send(nothingSchema, { method: 'POST', path: '/api/users/signout', body: {} });

export const getCurrentUser = (api: Api) =>
  api.send(currentUserSchema, { method: 'GET', path: '/api/users/currentuser' });

export const listPasskeys = (api: Api) => api.send(passkeysSchema, { method: 'GET', path: '/api/users/passkeys' });

export const getNewPasskeyOptions = (api: Api) =>
  api.send(passkeyCreationSchema, { method: 'POST', path: '/api/users/passkeys/options', body: {} });

/** `response` is the browser's RegistrationResponseJSON. */
export const addPasskey = (api: Api, { name, response }: { readonly name: string; readonly response: object }) =>
  api.send(passkeySchema, { method: 'POST', path: '/api/users/passkeys', body: { ...response, name } });

export const removePasskey = (api: Api, passkeyId: string) =>
  api.send(nothingSchema, { method: 'DELETE', path: path('/api/users/passkeys', passkeyId) });

export const getPasskeySignInOptions = (api: Api) =>
  api.send(passkeyRequestSchema, { method: 'POST', path: '/api/users/passkeys/signin/options', body: {} });

/** `response` is the browser's AuthenticationResponseJSON. */
export const signInWithPasskey = (api: Api, response: object) =>
  api.send(userSchema, { method: 'POST', path: '/api/users/passkeys/signin', body: response });

export const sendVerification = (api: Api) =>
  api.send(nothingSchema, { method: 'POST', path: '/api/users/verify-email/send', body: {} });

/** `token` is that of a mailed link. */
export const verifyEmail = (api: Api, token: string) =>
  api.send(userSchema, { method: 'POST', path: '/api/users/verify-email', body: { token } });

export const requestPasswordReset = (api: Api, email: string) =>
  api.send(nothingSchema, { method: 'POST', path: '/api/users/password-reset', body: { email } });

export const confirmPasswordReset = (api: Api, reset: { readonly token: string; readonly password: string }) =>
  api.send(nothingSchema, { method: 'POST', path: '/api/users/password-reset/confirm', body: reset });

export const changePassword = (api: Api, change: { readonly currentPassword: string; readonly newPassword: string }) =>
  api.send(nothingSchema, { method: 'PUT', path: '/api/users/password', body: change });

export const changeEmail = (api: Api, change: Credentials) =>
  api.send(nothingSchema, { method: 'PUT', path: '/api/users/email', body: change });

export const listSessions = (api: Api) => api.send(sessionsSchema, { method: 'GET', path: '/api/users/sessions' });

export const endSession = (api: Api, sessionId: string) =>
  api.send(nothingSchema, { method: 'DELETE', path: path('/api/users/sessions', sessionId) });

export const endOtherSessions = (api: Api) =>
  api.send(nothingSchema, { method: 'DELETE', path: '/api/users/sessions' });

export const closeAccount = (api: Api, password: string) =>
  api.send(nothingSchema, { method: 'DELETE', path: '/api/users/me', body: { password } });

export const listTickets = (api: Api, query: URLSearchParams) =>
  api.send(ticketsSchema, { method: 'GET', path: '/api/tickets', query });

export const getTicket = (api: Api, ticketId: string) =>
  api.send(ticketSchema, { method: 'GET', path: ticketPath(ticketId) });

export const listEvents = (api: Api, query: URLSearchParams) =>
  api.send(eventsSchema, { method: 'GET', path: '/api/events', query });

export const getEvent = (api: Api, eventId: string) =>
  api.send(eventSchema, { method: 'GET', path: eventPath(eventId) });

/** A listing in a request; null clears a detail. */
export type ListingBody = {
  readonly title: string;
  /** Major units. */
  readonly price: number;
} & { readonly [Detail in ListingDetail]?: string | null };

export const createTicket = (api: Api, listing: ListingBody, idempotencyKey: string) =>
  api.send(ticketSchema, { method: 'POST', path: '/api/tickets', body: listing, idempotencyKey });

export const editTicket = (api: Api, ticketId: string, listing: ListingBody) =>
  api.send(ticketSchema, { method: 'PUT', path: ticketPath(ticketId), body: listing });

export const withdrawTicket = (api: Api, ticketId: string) =>
  api.send(nothingSchema, { method: 'DELETE', path: ticketPath(ticketId) });

/** The API path of a ticket's file, for links: its seller may download it until the sale, then its buyer. */
export const ticketFilePath = (ticketId: string): string => `${ticketPath(ticketId)}/file`;

/** The codes in that file, drawn anew. */
export const getCodes = (api: Api, ticketId: string) =>
  api.send(codesSchema, { method: 'GET', path: `${ticketFilePath(ticketId)}/codes` });

/** On a slow line, 5 MB take a minute, and their inspection up to 20 s. */
const uploadTimeoutMs = 150_000;

export const uploadTicketFile = (
  api: Api,
  { ticketId, file, hasNoCode }: { readonly ticketId: string; readonly file: File; readonly hasNoCode: boolean },
) =>
  api.send(ticketSchema, {
    method: 'PUT',
    path: ticketFilePath(ticketId),
    ...(hasNoCode ? { query: new URLSearchParams({ confirm: 'no-code' }) } : {}),
    body: file,
    contentType: file.type,
    timeoutMs: uploadTimeoutMs,
  });

/** An order of a ticket as the buyer was shown it. */
export interface OrderBody {
  readonly ticketId: string;
  /** Major units. */
  readonly expectedPrice: number;
  readonly expectedVersion: number;
}

export const createOrder = (api: Api, order: OrderBody, idempotencyKey: string) =>
  api.send(orderSchema, { method: 'POST', path: '/api/orders', body: order, idempotencyKey });

export const listOrders = (api: Api, query: URLSearchParams) =>
  api.send(ordersSchema, { method: 'GET', path: '/api/orders', query });

export const getOrder = (api: Api, orderId: string) =>
  api.send(orderSchema, { method: 'GET', path: orderPath(orderId) });

export const reportProblem = (api: Api, { orderId, text }: { readonly orderId: string; readonly text: string }) =>
  api.send(orderSchema, { method: 'POST', path: `${orderPath(orderId)}/problem`, body: { text } });

export const cancelOrder = (api: Api, orderId: string) =>
  api.send(nothingSchema, { method: 'DELETE', path: orderPath(orderId) });

/** `token` is the id of Stripe's payment method. */
export const payOrder = (api: Api, payment: { readonly orderId: string; readonly token: string }) =>
  api.send(paymentSchema, { method: 'POST', path: '/api/payments', body: payment });

export const getCharge = (api: Api, orderId: string) =>
  api.send(chargeSchema, { method: 'GET', path: path('/api/payments', orderId) });

const salesPath = '/api/payments/sales';

export const listSales = (api: Api, query: URLSearchParams) =>
  api.send(salesSchema, { method: 'GET', path: salesPath, query });

export const listSalesAsCsv = (api: Api, query: URLSearchParams) =>
  api.send(csvSchema, { method: 'GET', path: salesPath, query, accept: 'text/csv' });

export const getBalance = (api: Api) => api.send(balanceSchema, { method: 'GET', path: '/api/payments/balance' });

const payoutAccountPath = '/api/payments/payout-account';

export const getPayoutAccount = (api: Api) => api.send(payoutAccountSchema, { method: 'GET', path: payoutAccountPath });

/** Returns the address of Stripe's page for setting the account up. */
export const beginOnboarding = (api: Api) =>
  api.send(onboardingSchema, { method: 'POST', path: payoutAccountPath, body: {} });
