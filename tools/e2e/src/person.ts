import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { orderAnswer, ticketAnswer, userAnswer, type Order, type Ticket } from './answers.ts';
import { eventually } from './eventually.ts';
import { httpClient, type Answer, type Ask } from './http.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Somebody with an account and a session. */
export interface Person {
  readonly id: string;
  readonly credentials: Credentials;
  /** `session=…`, as a browser would send it. */
  readonly cookie: string;
  readonly ask: Ask;
}

export const newCredentials = (): Credentials => ({
  email: `${randomUUID()}@example.test`,
  password: randomUUID().slice(0, 12),
});

/** The session that an answer sets, as the next request carries it. */
export const sessionOf = (answer: Answer): string => {
  const session = answer.setCookies.find((cookie) => cookie.startsWith('session='))?.split(';')[0];
  if (session === undefined)
    throw new Error(`no session in the answer ${answer.status} ${JSON.stringify(answer.body)}`);
  return session;
};

/** Signs somebody up whom nobody has seen before. */
export const signUp = async (origin: string, credentials: Credentials = newCredentials()): Promise<Person> => {
  const answer = await httpClient(origin)({ method: 'POST', path: '/api/users/signup', body: credentials });
  expect(answer).toMatchObject({ status: 201 });
  const { id } = userAnswer.parse(answer.body);
  const cookie = sessionOf(answer);
  return { id, credentials, cookie, ask: httpClient(origin, { Cookie: cookie }) };
};

/** The same person at another address of the site, with a new session. */
export const signIn = async (origin: string, { id, credentials }: Person): Promise<Person> => {
  const answer = await httpClient(origin)({ method: 'POST', path: '/api/users/signin', body: credentials });
  expect(answer).toMatchObject({ status: 200, body: { id } });
  const cookie = sessionOf(answer);
  return { id, credentials, cookie, ask: httpClient(origin, { Cookie: cookie }) };
};

export const list = async (seller: Person, listing: Readonly<Record<string, unknown>> = {}): Promise<Ticket> => {
  const body = { title: 'Cup final', price: 19.99, ...listing };
  const answer = await seller.ask({ method: 'POST', path: '/api/tickets', body });
  expect(answer).toMatchObject({ status: 201 });
  return ticketAnswer.parse(answer.body);
};

export const ticketOf = async (person: Person, id: string): Promise<Ticket> => {
  const answer = await person.ask({ method: 'GET', path: `/api/tickets/${id}` });
  expect(answer).toMatchObject({ status: 200 });
  return ticketAnswer.parse(answer.body);
};

export const orderOf = async (buyer: Person, id: string): Promise<Order> => {
  const answer = await buyer.ask({ method: 'GET', path: `/api/orders/${id}` });
  expect(answer).toMatchObject({ status: 200 });
  return orderAnswer.parse(answer.body);
};

/** The answer to an order of this ticket, once the orders service has heard of the ticket. */
export const order = (buyer: Person, ticketId: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  eventually(async () => {
    const answer = await buyer.ask({ method: 'POST', path: '/api/orders', body: { ticketId, ...more } });
    if (answer.status === 404) throw new Error(`orders does not know ticket ${ticketId}`);
    return answer;
  });

/** Waits until the order is as described. */
export const untilOrder = (buyer: Person, id: string, expected: Partial<Order>, withinMs?: number): Promise<Order> =>
  eventually(async () => {
    const found = await orderOf(buyer, id);
    expect(found).toMatchObject(expected);
    return found;
  }, withinMs);

/** Orders a ticket that is for sale, and answers the order once it can be paid. */
export const hold = async (buyer: Person, ticketId: string): Promise<Order> => {
  const answer = await order(buyer, ticketId);
  expect(answer).toMatchObject({ status: 201 });
  return untilOrder(buyer, orderAnswer.parse(answer.body).id, { status: 'awaiting:payment' });
};

export const pay = (buyer: Person, orderId: string, token = 'tok_visa'): Promise<Answer> =>
  buyer.ask({ method: 'POST', path: '/api/payments', body: { orderId, token } });
