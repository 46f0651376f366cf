import { expect } from '@jest/globals';
import { openHttpClient, sessionOf, type HttpResponse, type Send } from '@ticketing/test/http-client';
import { randomUUID } from 'node:crypto';
import {
  chargeResponse,
  orderResponse,
  ticketResponse,
  userResponse,
  type Charge,
  type Order,
  type Ticket,
} from './responses.ts';
import { eventually } from './eventually.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** A user with an account and a session. */
export interface User {
  readonly id: string;
  readonly credentials: Credentials;
  /** `session=…`, as a browser sends it. */
  readonly cookie: string;
  readonly send: Send;
}

export const newCredentials = (): Credentials => ({
  email: `${randomUUID()}@example.test`,
  password: randomUUID().slice(0, 12),
});

/** The session cookie that a response sets. @throws when it sets none. */
export const sessionCookie = (response: HttpResponse): string => {
  const session = sessionOf(response);
  if (session === undefined)
    throw new Error(`no session in the response ${response.status} ${JSON.stringify(response.body)}`);
  return session;
};

/** Creates a new user. */
export const signUp = async (origin: string, credentials: Credentials = newCredentials()): Promise<User> => {
  const response = await openHttpClient(origin).send({ method: 'POST', path: '/api/users/signup', body: credentials });
  expect(response).toMatchObject({ status: 201 });
  const { id } = userResponse.parse(response.body);
  const cookie = sessionCookie(response);
  return { id, credentials, cookie, send: openHttpClient(origin, { headers: { cookie } }).send };
};

/** Signs the same user in again, at the same or another address of the site. */
export const signIn = async (origin: string, { id, credentials }: User): Promise<User> => {
  const response = await openHttpClient(origin).send({ method: 'POST', path: '/api/users/signin', body: credentials });
  expect(response).toMatchObject({ status: 200, body: { id } });
  const cookie = sessionCookie(response);
  return { id, credentials, cookie, send: openHttpClient(origin, { headers: { cookie } }).send };
};

export const list = async (seller: User, listing: Readonly<Record<string, unknown>> = {}): Promise<Ticket> => {
  const body = { title: 'Cup final', price: 19.99, ...listing };
  const response = await seller.send({ method: 'POST', path: '/api/tickets', body });
  expect(response).toMatchObject({ status: 201 });
  return ticketResponse.parse(response.body);
};

export const ticketOf = async (user: User, id: string): Promise<Ticket> => {
  const response = await user.send({ method: 'GET', path: `/api/tickets/${id}` });
  expect(response).toMatchObject({ status: 200 });
  return ticketResponse.parse(response.body);
};

export const orderOf = async (buyer: User, id: string): Promise<Order> => {
  const response = await buyer.send({ method: 'GET', path: `/api/orders/${id}` });
  expect(response).toMatchObject({ status: 200 });
  return orderResponse.parse(response.body);
};

export const chargeOf = async (buyer: User, orderId: string): Promise<Charge> => {
  const response = await buyer.send({ method: 'GET', path: `/api/payments/${orderId}` });
  expect(response).toMatchObject({ status: 200 });
  return chargeResponse.parse(response.body);
};

/** The response to an order of this ticket, once the orders service knows the ticket. */
export const order = (
  buyer: User,
  ticketId: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<HttpResponse> =>
  eventually(async () => {
    const response = await buyer.send({ method: 'POST', path: '/api/orders', body: { ticketId, ...more } });
    if (response.status === 404) throw new Error(`orders does not know ticket ${ticketId}`);
    return response;
  });

/** Waits until the order matches `expected`. */
export const untilOrder = (buyer: User, id: string, expected: Partial<Order>, withinMs?: number): Promise<Order> =>
  eventually(async () => {
    const found = await orderOf(buyer, id);
    expect(found).toMatchObject(expected);
    return found;
  }, withinMs);

/** Waits until the charge of the order matches `expected`. */
export const untilCharge = (buyer: User, orderId: string, expected: Partial<Charge>): Promise<Charge> =>
  eventually(async () => {
    const found = await chargeOf(buyer, orderId);
    expect(found).toMatchObject(expected);
    return found;
  });

/** Waits until the order holds its ticket or has been refused. */
const untilDecided = (buyer: User, id: string): Promise<Order> =>
  eventually(async () => {
    const found = await orderOf(buyer, id);
    expect(found.status).not.toBe('created');
    return found;
  });

/**
 * Orders a ticket that is on sale and returns the order once it can be paid. The orders service may not know the last change of
 * the listing yet: such an order is cancelled, and its buyer orders again.
 */
export const hold = async (buyer: User, ticketId: string): Promise<Order> => {
  const held = await eventually(async () => {
    const response = await order(buyer, ticketId);
    const decided =
      response.status === 201 ? await untilDecided(buyer, orderResponse.parse(response.body).id) : response;
    if ('reason' in decided && decided.reason === 'ticket_changed') throw new Error(`ticket ${ticketId} has changed`);
    return decided;
  });
  expect(held).toMatchObject({ status: 'awaiting:payment' });
  return orderResponse.parse(held);
};

/** A ticket without a code: one white pixel. */
const ticketFile = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==',
  'base64',
);

/** The seller of a sold ticket uploads it, once tickets knows of the sale. */
export const deliver = (seller: User, ticketId: string): Promise<void> =>
  eventually(async () => {
    const path = `/api/tickets/${ticketId}/file?confirm=no-code`;
    const headers = { 'content-type': 'image/png' };
    expect(await seller.send({ method: 'PUT', path, headers, body: ticketFile })).toMatchObject({ status: 200 });
  });

export const pay = (buyer: User, orderId: string, token = 'tok_visa'): Promise<HttpResponse> =>
  buyer.send({ method: 'POST', path: '/api/payments', body: { orderId, token } });
