import { beforeAll, expect, test } from '@jest/globals';
import { openHttpClient, type HttpResponse } from '@ticketing/test/http-client';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  currentUserResponse,
  errorsResponse,
  orderResponse,
  paymentResponse,
  ticketListResponse,
  ticketResponse,
  userResponse,
  type Ticket,
} from './responses.ts';
import { eventually } from './eventually.ts';
import {
  chargeOf,
  hold,
  list,
  newCredentials,
  order,
  orderOf,
  pay,
  sessionCookie,
  signUp,
  ticketOf,
  untilOrder,
  type User,
} from './user.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { openStripeLedger, payTooLate, type StripeLedger } from './stripe-ledger.ts';

const site = siteUnderTest();
const { send: anonymous } = openHttpClient(site.url);
const unknownId = '0123456789abcdef01234567';

let seller: User;
let buyer: User;
let other: User;

beforeAll(async () => {
  [seller, buyer, other] = await Promise.all([signUp(site.url), signUp(site.url), signUp(site.url)]);
});

const ledger = (): StripeLedger => openStripeLedger(site.processes());

const refusal = (status: number, message?: string, field?: string) => ({
  status,
  body: {
    errors: [{ message: message ?? expect.any(String), ...(field === undefined ? {} : { field }) }],
  },
});

const ticketsOf = (response: HttpResponse): Omit<Ticket, 'description'>[] => ticketListResponse.parse(response.body);

const idsOf = (response: HttpResponse): string[] => ticketsOf(response).map(({ id }) => id);

const isOnSale = (ticketId: string): Promise<void> =>
  eventually(async () => {
    expect(await ticketOf(buyer, ticketId)).not.toHaveProperty('orderId');
  });

test('When a seller lists a ticket and a buyer holds and pays it, then both see its state at every step', async () => {
  const title = `Derby ${randomUUID()}`;
  const search = { method: 'GET', path: `/api/tickets?q=${title.split(' ')[1]}` };
  const details = {
    category: 'sports',
    venue: 'Old Park',
    city: 'Leeds',
    startsAt: '2031-05-01T18:30:00.000Z',
    timeZone: 'Europe/London',
    section: 'B',
    row: '12',
    seat: '7',
    description: 'A covered seat.',
  };
  const ticket = await list(seller, { title, price: 19.99, ...details });
  expect(ticket).toEqual({
    id: ticket.id,
    version: 0,
    title,
    price: 19.99,
    currency: 'usd',
    userId: seller.id,
    eventId: ticket.eventId,
    delivery: 'by_seller',
    ...details,
  });
  await eventually(async () => expect(idsOf(await anonymous(search))).toEqual([ticket.id]));

  const ordered = await order(buyer, ticket.id, { expectedPrice: 19.99 });
  expect(ordered.status).toBe(201);
  const created = orderResponse.parse(ordered.body);
  expect(created).toMatchObject({
    userId: buyer.id,
    price: 19.99,
    currency: 'usd',
    ticket: { id: ticket.id, title, price: 19.99, version: 0 },
  });
  // Confirmed meanwhile, or not.
  expect(['created 0', 'awaiting:payment 1']).toContain(`${created.status} ${created.version}`);
  const held = await untilOrder(buyer, created.id, { status: 'awaiting:payment', version: 1 });
  expect(await ticketOf(seller, ticket.id)).toEqual({ ...ticket, version: 1, orderId: created.id });
  await eventually(async () => expect(idsOf(await anonymous(search))).toEqual([]));
  expect(idsOf(await seller.send({ method: 'GET', path: '/api/tickets?mine=true&limit=100' }))).toContain(ticket.id);
  expect(await order(other, ticket.id)).toMatchObject(refusal(400, 'Ticket is already reserved'));

  const paid = await pay(buyer, created.id);
  expect(paid.status).toBe(201);
  const payment = paymentResponse.parse(paid.body);
  const complete = await untilOrder(buyer, created.id, { status: 'complete' });
  const delivery = { status: 'pending', dueAt: complete.delivery?.dueAt ?? 'no deadline' };
  const moves = ['created', 'awaiting:payment', 'complete'].map((status) => ({ status, at: expect.any(String) }));
  expect(complete).toEqual({ ...held, status: 'complete', version: 2, delivery, history: moves });
  await eventually(async () => {
    const sold = await ticketOf(seller, ticket.id);
    const { soldAt = 'not sold yet' } = sold;
    expect(sold).toEqual({ ...ticket, version: 2, orderId: created.id, soldAt, dueAt: delivery.dueAt });
  });
  expect(await chargeOf(buyer, created.id)).toMatchObject({
    id: payment.id,
    orderId: created.id,
    status: 'completed',
    attempts: 0,
    amount: 1999,
    currency: 'usd',
  });

  const again = await pay(buyer, created.id, 'tok_chargeDeclined');
  expect(again).toMatchObject({ status: 201, body: paid.body });
  expect(await order(other, ticket.id)).toMatchObject(refusal(400, 'Ticket is already reserved'));
  expect(await buyer.send({ method: 'DELETE', path: `/api/orders/${created.id}` })).toMatchObject(refusal(400));
  expect(await seller.send({ method: 'GET', path: `/api/orders/${created.id}` })).toMatchObject(refusal(401));
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title, price: 25 } };
  expect(await seller.send(edit)).toMatchObject(refusal(400, 'Cannot edit a reserved ticket'));
});

test('When a user signs up, then the session is a token in a cookie that no script can read', async () => {
  const credentials = newCredentials();
  const response = await anonymous({ method: 'POST', path: '/api/users/signup', body: credentials });
  expect(response.status).toBe(201);
  const user = userResponse.parse(response.body);
  expect(user.email).toBe(credentials.email);
  expect(response.setCookies.map((cookie) => cookie.split('=', 1)[0])).toEqual(['session', 'device']);
  for (const cookie of response.setCookies) {
    const attributes = cookie.split('; ').map((part) => part.toLowerCase());
    expect(attributes).toEqual(expect.arrayContaining(['path=/', 'samesite=lax', 'httponly']));
    expect(attributes.some((part) => part.startsWith('expires='))).toBe(true);
    expect(attributes.includes('secure')).toBe(site.url.startsWith('https:'));
  }
  const value = decodeURIComponent(sessionCookie(response).replace('session=', ''));
  const { jwt } = z.strictObject({ jwt: z.string() }).parse(JSON.parse(Buffer.from(value, 'base64').toString()));
  const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  expect(payload).toMatchObject({ id: user.id, email: user.email });
});

test('When a user signs out and in again, then the session ends and a new one begins', async () => {
  const user = await signUp(site.url);
  const whoAmI = { method: 'GET', path: '/api/users/currentuser' };
  const known = currentUserResponse.parse((await user.send(whoAmI)).body);
  expect(known.currentUser).toMatchObject({ id: user.id, email: user.credentials.email });

  const signedOut = await user.send({ method: 'POST', path: '/api/users/signout', body: {} });
  expect(signedOut).toMatchObject({ status: 200, body: {} });
  expect(
    signedOut.setCookies.some((cookie) =>
      /^session=; path=\/; expires=Thu, 01 Jan 1970 00:00:00 GMT(;|$)/.test(cookie),
    ),
  ).toBe(true);
  expect(await anonymous({ ...whoAmI, cookie: 'session=' })).toMatchObject({ body: { currentUser: null } });

  const signedIn = await anonymous({ method: 'POST', path: '/api/users/signin', body: user.credentials });
  expect(signedIn).toMatchObject({ status: 200, body: { id: user.id } });
  const back = await anonymous({ ...whoAmI, cookie: sessionCookie(signedIn) });
  expect(back.body).toMatchObject({ currentUser: { id: user.id } });
});

const sessionWith = (jwt: unknown): string => `session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}`;

test('When a session is forged or broken, then nobody is signed in', async () => {
  const value = decodeURIComponent(buyer.cookie.replace('session=', ''));
  const { jwt } = z.object({ jwt: z.string() }).parse(JSON.parse(Buffer.from(value, 'base64').toString()));
  const [head = '', , signature = ''] = jwt.split('.');
  const payload = Buffer.from(JSON.stringify({ id: seller.id, email: seller.credentials.email })).toString('base64url');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const forged = [
    sessionWith(`${head}.${payload}.${signature}`),
    sessionWith(`${none}.${payload}.`),
    sessionWith({ $gt: '' }),
    sessionWith(null),
    'session=%%%',
    `session=${Buffer.from('null').toString('base64')}`,
    `session=${Buffer.from('[1]').toString('base64')}`,
    'session=not-base64-{',
  ];
  for (const session of forged) {
    const cookie = session;
    expect(await anonymous({ method: 'GET', path: '/api/users/currentuser', cookie })).toMatchObject({
      status: 200,
      body: { currentUser: null },
    });
    expect(await anonymous({ method: 'GET', path: '/api/orders', cookie })).toMatchObject(refusal(401));
  }
});

test('When an email is signed up several times at once in different letter case, then it has one account', async () => {
  const { email, password } = newCredentials();
  const emails = [email, email.toUpperCase(), email.replace('example', 'EXAMPLE'), email, email];
  const responses = await Promise.all(
    emails.map((each) => anonymous({ method: 'POST', path: '/api/users/signup', body: { email: each, password } })),
  );
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
  for (const response of responses.filter(({ status }) => status !== 201)) {
    expect(response).toMatchObject({ status: 400, body: { errors: [{ message: 'Email in use' }] } });
  }
});

test('When a password or an email is wrong, then signing in gives the same error', async () => {
  const { email } = buyer.credentials;
  const responses = await Promise.all([
    anonymous({ method: 'POST', path: '/api/users/signin', body: { email, password: 'wrong' } }),
    anonymous({ method: 'POST', path: '/api/users/signin', body: newCredentials() }),
  ]);
  for (const response of responses) expect(response).toMatchObject(refusal(400, 'Invalid credentials'));
});

test('When a seller changes the price while a buyer orders, then the buyer pays the price they saw or is asked again', async () => {
  const [raceSeller, ...raceBuyers] = await Promise.all(Array.from({ length: 6 }, () => signUp(site.url)));
  if (raceSeller === undefined) throw new Error('no seller');
  const races = await Promise.all(
    Array.from({ length: 25 }, async (_, index) => {
      const raceBuyer = raceBuyers[index % raceBuyers.length] ?? raceSeller;
      const title = 'Raced';
      const ticket = await list(raceSeller, { title, price: 20 });
      await eventually(async () => {
        const response = await raceSeller.send({ method: 'POST', path: '/api/orders', body: { ticketId: ticket.id } });
        expect(response.status).toBe(400);
      });
      const [ordered, edited] = await Promise.all([
        raceBuyer.send({ method: 'POST', path: '/api/orders', body: { ticketId: ticket.id, expectedPrice: 20 } }),
        raceSeller.send({ method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title, price: 30 } }),
      ]);
      if (ordered.status === 409) {
        expect(edited.status).toBe(200);
        return { ticketId: ticket.id, price: 30, orderId: undefined };
      }
      expect(ordered.status).toBe(201);
      const { id } = orderResponse.parse(ordered.body);
      const decided = await eventually(async () => {
        const found = await orderOf(raceBuyer, id);
        expect(found.status).not.toBe('created');
        return found;
      });
      expect(decided.price).toBe(20);
      if (decided.status === 'awaiting:payment') {
        expect(edited).toMatchObject(refusal(400, 'Cannot edit a reserved ticket'));
        expect(await ticketOf(raceBuyer, ticket.id)).toMatchObject({ price: 20, orderId: id });
        return { ticketId: ticket.id, price: 20, orderId: id };
      }
      expect(edited.status).toBe(200);
      expect(decided).toMatchObject({ status: 'cancelled', reason: 'price_changed' });
      expect(await pay(raceBuyer, id)).toMatchObject({ status: 400 });
      expect(await ticketOf(raceBuyer, ticket.id)).toMatchObject({ price: 30 });
      return { ticketId: ticket.id, price: 30, orderId: id };
    }),
  );
  // Seen from outside: every ticket has the price of its outcome, and the buyers have no other orders.
  await eventually(async () => {
    const mine = await raceSeller.send({ method: 'GET', path: '/api/tickets?mine=true&limit=100' });
    expect(new Map(ticketsOf(mine).map(({ id, price }) => [id, price]))).toEqual(
      new Map(races.map(({ ticketId, price }) => [ticketId, price])),
    );
    const responses = await Promise.all(
      raceBuyers.map((each) => each.send({ method: 'GET', path: '/api/orders?limit=100' })),
    );
    const orders = responses.flatMap(({ body }) => z.array(orderResponse).parse(body));
    expect(new Set(orders.map(({ id }) => id))).toEqual(new Set(races.flatMap(({ orderId }) => orderId ?? [])));
  });
}, 60_000);

test('When the price has changed since the buyer saw it, then the response is 409 and the new price can be accepted', async () => {
  const ticket = await list(seller, { price: 20 });
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: ticket.title, price: 25 } };
  expect(ticketResponse.parse((await seller.send(edit)).body)).toMatchObject({ price: 25, version: 1 });
  await eventually(async () =>
    expect(await order(buyer, ticket.id, { expectedPrice: 20 })).toMatchObject(refusal(409)),
  );
  // An order that was made at the old price, before orders knew of the new one, holds the ticket until it is refused.
  const ordered = await eventually(async () => {
    const response = await order(buyer, ticket.id, { expectedPrice: 25 });
    expect(response.status).toBe(201);
    return response;
  });
  expect(orderResponse.parse(ordered.body)).toMatchObject({ price: 25, ticket: { price: 25, version: 1 } });
});

test('When the listing has changed since the buyer saw it, then the response is 409; claims and releases do not count', async () => {
  const ticket = await list(seller);
  const edit = {
    method: 'PUT',
    path: `/api/tickets/${ticket.id}`,
    body: { title: 'Other seats', price: ticket.price },
  };
  const { version } = ticketResponse.parse((await seller.send(edit)).body);
  const first = await order(buyer, ticket.id, { expectedVersion: version });
  expect(first.status).toBe(201);
  const { id } = await untilOrder(buyer, orderResponse.parse(first.body).id, { status: 'awaiting:payment' });
  expect((await buyer.send({ method: 'DELETE', path: `/api/orders/${id}` })).status).toBe(204);
  await isOnSale(ticket.id);
  expect((await ticketOf(buyer, ticket.id)).version).toBe(version + 2);
  await eventually(async () =>
    expect(await order(other, ticket.id, { expectedVersion: version - 1 })).toMatchObject(refusal(409)),
  );
  expect(await order(other, ticket.id, { expectedVersion: version })).toMatchObject({
    status: 201,
    body: { ticket: { title: 'Other seats' } },
  });
});

test('When a ticket is held, then its seller cannot edit it, and other users get the same 401 as always', async () => {
  const ticket = await list(seller);
  const held = await hold(buyer, ticket.id);
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: 'Changed', price: 1 } };
  expect(await seller.send(edit)).toMatchObject(refusal(400, 'Cannot edit a reserved ticket'));
  expect(await other.send(edit)).toMatchObject(refusal(401));
  expect(await ticketOf(other, ticket.id)).toMatchObject({ title: ticket.title, price: 19.99, orderId: held.id });
});

test('When a seller withdraws a ticket, then it exists for them only, for good; a held one cannot be withdrawn', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const [ticket, wanted] = await Promise.all([list(seller), list(seller)]);
  const withdraw = (id: string, user = seller) => user.send({ method: 'DELETE', path: `/api/tickets/${id}` });
  expect(await withdraw(ticket.id, buyer)).toMatchObject(refusal(401));
  await hold(buyer, wanted.id);
  await eventually(async () => expect(await ticketOf(seller, wanted.id)).toHaveProperty('orderId'));
  expect(await withdraw(wanted.id)).toMatchObject(refusal(400, 'Cannot withdraw a reserved ticket'));

  expect((await withdraw(ticket.id)).status).toBe(204);
  expect((await withdraw(ticket.id)).status).toBe(204);
  const path = `/api/tickets/${ticket.id}`;
  expect(await buyer.send({ method: 'GET', path })).toMatchObject(refusal(404));
  expect(await withdraw(ticket.id, buyer)).toMatchObject(refusal(404));
  const own = await ticketOf(seller, ticket.id);
  expect(own).toEqual({ ...ticket, version: 1, withdrawnAt: own.withdrawnAt ?? 'not withdrawn' });
  const mine = ticketListResponse.parse((await seller.send({ method: 'GET', path: '/api/tickets?mine=true' })).body);
  expect(mine).toContainEqual(own);
  const edit = { method: 'PUT', path, body: { title: ticket.title, price: 30 } };
  expect(await seller.send(edit)).toMatchObject(refusal(400));
  // Until orders has heard of the withdrawal, it would make the order, and tickets would then refuse its claim.
  const request = { method: 'POST', path: '/api/orders', body: { ticketId: ticket.id } };
  await eventually(async () => expect(await buyer.send(request)).toMatchObject(refusal(404)));
});

const closeAccount = (user: User) =>
  user.send({ method: 'DELETE', path: '/api/users/me', body: { password: user.credentials.password } });

test('When accounts are closed, then listings go off sale, holds end, and a ticket that somebody holds can still be bought', async () => {
  const [seller, buyer, closing] = await Promise.all([signUp(site.url), signUp(site.url), signUp(site.url)]);
  const [onSale, wanted] = await Promise.all([list(seller), list(seller)]);
  const held = await hold(buyer, wanted.id);
  expect((await closeAccount(seller)).status).toBe(204);
  const path = `/api/tickets/${onSale.id}`;
  await eventually(async () => expect(await buyer.send({ method: 'GET', path })).toMatchObject(refusal(404)));
  expect((await pay(buyer, held.id)).status).toBe(201);
  await untilOrder(buyer, held.id, { status: 'complete' });
  await eventually(async () => expect(await ticketOf(buyer, wanted.id)).toHaveProperty('soldAt'));

  const other = await signUp(site.url);
  const released = await list(other);
  await hold(closing, released.id);
  expect((await closeAccount(closing)).status).toBe(204);
  // Payments is asked first, whether it was paid.
  await eventually(async () => expect(await ticketOf(other, released.id)).not.toHaveProperty('orderId'), 20_000);
  // Orders may hear of the release a moment later.
  await eventually(async () => expect((await order(buyer, released.id)).status).toBe(201));
});

test('When a buyer cancels, then the ticket is on sale at once, and cancelling again does not release another buyer’s hold', async () => {
  const ticket = await list(seller);
  const first = await hold(buyer, ticket.id);
  const cancel = { method: 'DELETE', path: `/api/orders/${first.id}` };
  expect(await other.send(cancel)).toMatchObject(refusal(401));
  expect(await buyer.send(cancel)).toMatchObject({ status: 204, body: undefined });
  expect(await orderOf(buyer, first.id)).toMatchObject({ status: 'cancelled', reason: 'by_buyer' });
  await isOnSale(ticket.id);

  const second = await eventually(() => hold(other, ticket.id));
  const before = await orderOf(buyer, first.id);
  expect(await buyer.send(cancel)).toMatchObject({ status: 204 });
  expect(await orderOf(buyer, first.id)).toEqual(before);
  expect(await pay(buyer, first.id)).toMatchObject(refusal(400, 'This order has been cancelled'));
  expect(await ticketOf(seller, ticket.id)).toMatchObject({ orderId: second.id });
  expect((await pay(other, second.id)).status).toBe(201);
  await untilOrder(other, second.id, { status: 'complete' });
});

test('When a card is declined, then the buyer sees the reason and can pay by another card', async () => {
  const ticket = await list(seller);
  const { id } = await hold(buyer, ticket.id);
  expect(await pay(buyer, id, 'tok_chargeDeclinedInsufficientFunds')).toMatchObject(
    refusal(400, 'Your card has insufficient funds.'),
  );
  expect(await chargeOf(buyer, id)).toMatchObject({ status: 'created', attempts: 1 });
  expect(await orderOf(buyer, id)).toMatchObject({ status: 'awaiting:payment' });
  expect(await pay(buyer, id, 'tok_no_such_token')).toMatchObject({ status: 400 });
  expect(await chargeOf(buyer, id)).toMatchObject({ status: 'created', attempts: 1 });
  expect((await pay(buyer, id, 'pm_card_mastercard')).status).toBe(201);
  await untilOrder(buyer, id, { status: 'complete' });
  expect(await chargeOf(buyer, id)).toMatchObject({ status: 'completed', attempts: 1 });
});

test('When three cards are declined, then the order is cancelled for failed payment and the ticket is on sale', async () => {
  const ticket = await list(seller);
  const { id } = await hold(buyer, ticket.id);
  for (const token of ['tok_chargeDeclined', 'tok_chargeDeclinedExpiredCard', 'pm_card_visa_chargeDeclined']) {
    expect(await pay(buyer, id, token)).toMatchObject({ status: 400 });
  }
  await untilOrder(buyer, id, { status: 'cancelled', reason: 'payment_failed' });
  expect(await chargeOf(buyer, id)).toMatchObject({ status: 'failed', attempts: 3 });
  expect(await pay(buyer, id)).toMatchObject({ status: 400 });
  await isOnSale(ticket.id);
});

test('When a card is stolen, then the order is cancelled at once', async () => {
  const ticket = await list(seller);
  const { id } = await hold(buyer, ticket.id);
  expect(await pay(buyer, id, 'tok_chargeDeclinedStolenCard')).toMatchObject(refusal(400, 'Your card was declined.'));
  await untilOrder(buyer, id, { status: 'cancelled', reason: 'payment_failed' });
  expect(await chargeOf(buyer, id)).toMatchObject({ status: 'failed', attempts: 1 });
  await isOnSale(ticket.id);
});

testOnThisMachine(
  'When an order is cancelled while it is paid, then the charge is refunded once and the buyer sees it',
  async () => {
    const stripe = ledger();
    const ticket = await list(seller, { price: 12.5 });
    const { id } = await hold(buyer, ticket.id);
    await payTooLate(stripe, buyer, id);
    await eventually(async () => {
      expect(await chargeOf(buyer, id)).toMatchObject({ status: 'refunded', stripeRefundId: expect.any(String) });
    });
    expect(await orderOf(buyer, id)).toMatchObject({ status: 'cancelled', reason: 'by_buyer' });
    const charges = (await stripe.charges()).filter(({ metadata }) => metadata.orderId === id);
    expect(charges).toMatchObject([{ amount: 1250, amount_refunded: 1250 }]);
    const refunds = (await stripe.refunds()).filter(({ metadata }) => metadata.orderId === id);
    expect(refunds).toMatchObject([{ amount: 1250 }]);
    await isOnSale(ticket.id);
  },
  60_000,
);

testOnThisMachine(
  'When Stripe fails during a charge, then a retry is safe and the order is charged once',
  async () => {
    const stripe = ledger();
    for (const failNext of ['network_after_charge', 'network_before_charge', 'http_500', 'http_429']) {
      const ticket = await list(seller);
      const { id } = await hold(buyer, ticket.id);
      await stripe.behave({ failNext });
      await eventually(async () => expect((await pay(buyer, id)).status).toBe(201), 30_000);
      await untilOrder(buyer, id, { status: 'complete' });
      const charges = (await stripe.charges()).filter(({ metadata }) => metadata.orderId === id);
      expect(charges).toMatchObject([{ amount: 1999, amount_refunded: 0 }]);
    }
  },
  120_000,
);

test('When a buyer already holds six tickets, then another is refused until one of the six is cancelled or paid', async () => {
  const [collector, tickets] = await Promise.all([
    signUp(site.url),
    Promise.all(Array.from({ length: 9 }, () => list(seller))),
  ]);
  const [first, second, ...rest] = tickets.map(({ id }) => id);
  const [cancelled, paid] = [await hold(collector, first ?? ''), await hold(collector, second ?? '')];
  for (const id of rest.slice(0, 4)) await hold(collector, id);
  const tooMany = refusal(400, 'You already hold 6 tickets');
  expect(await order(collector, rest[4] ?? '')).toMatchObject(tooMany);
  expect((await collector.send({ method: 'DELETE', path: `/api/orders/${cancelled.id}` })).status).toBe(204);
  await hold(collector, rest[4] ?? '');
  expect(await order(collector, rest[5] ?? '')).toMatchObject(tooMany);
  expect((await pay(collector, paid.id)).status).toBe(201);
  await untilOrder(collector, paid.id, { status: 'complete' });
  await hold(collector, rest[5] ?? '');
  expect(await order(collector, rest[6] ?? '')).toMatchObject(tooMany);
});

/** A request that may be repeated. */
const keyed = (user: User, path: string, body: unknown, key: string = randomUUID()) => ({
  key,
  send: (other: unknown = body) =>
    user.send({ method: 'POST', path, body: other, headers: { 'idempotency-key': key } }),
});

test('When an order is sent several times at once and again later with one key, then it is made once and every answer is the same', async () => {
  const [user, ticket, another] = await Promise.all([signUp(site.url), list(seller), list(seller)]);
  const { send, key } = keyed(user, '/api/orders', { ticketId: ticket.id, expectedPrice: 19.99 });
  const first = await eventually(async () => {
    const responses = await Promise.all(Array.from({ length: 8 }, () => send()));
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 201));
    expect(new Set(responses.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    return responses[0]?.body;
  });
  const { id } = orderResponse.parse(first);
  await untilOrder(user, id, { status: 'awaiting:payment' });
  expect(await send({ expectedPrice: 19.99, ticketId: ticket.id })).toMatchObject({ status: 201, body: first });
  expect(await send({ ticketId: another.id })).toMatchObject(refusal(422));
  expect((await pay(user, id)).status).toBe(201);
  await untilOrder(user, id, { status: 'complete' });
  expect((await send()).body).toEqual(first);
  const mine = z.array(orderResponse).parse((await user.send({ method: 'GET', path: '/api/orders' })).body);
  expect(mine.map((each) => each.id)).toEqual([id]);
  expect(await keyed(other, '/api/orders', { ticketId: ticket.id }, key).send()).toMatchObject(refusal(400));
});

test('When a listing is sent several times at once and again after an edit with one key, then it is made once and every answer is the same', async () => {
  const user = await signUp(site.url);
  const listing = { title: 'Last seat', price: 12.5, description: 'By the aisle.' };
  const { send } = keyed(user, '/api/tickets', listing);
  const responses = await Promise.all(Array.from({ length: 8 }, () => send()));
  const [first] = responses;
  for (const response of responses) expect(response).toMatchObject({ status: 201, body: first?.body });
  const ticket = ticketResponse.parse(first?.body);
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: 'Other seat', price: 10 } };
  expect((await user.send(edit)).status).toBe(200);
  expect((await send()).body).toEqual(ticket);
  expect(await send({ ...listing, price: 13 })).toMatchObject(refusal(422));
  expect((await user.send({ method: 'GET', path: '/api/tickets?mine=true' })).header('x-total-count')).toBe('1');
});

test('When an Idempotency-Key is malformed, then the response is 400 and names it; a refused request does not use its key up', async () => {
  const user = await signUp(site.url);
  for (const key of ['', 'x'.repeat(256), 'ké']) {
    const response = await keyed(user, '/api/tickets', { title: 'A', price: 1 }, key).send();
    expect(response).toMatchObject(refusal(400, undefined, 'Idempotency-Key'));
  }
  const { send } = keyed(user, '/api/tickets', { title: '', price: 1 });
  expect((await send()).status).toBe(400);
  expect((await send({ title: 'A', price: 1 })).status).toBe(201);
});

test('When a seller orders their own ticket, then it is refused', async () => {
  const ticket = await list(seller);
  const response = await order(seller, ticket.id);
  expect(response).toMatchObject(refusal(400));
  expect(await ticketOf(seller, ticket.id)).not.toHaveProperty('orderId');
});

test.each([
  ['POST', '/api/users/signup', { email: 'no email', password: 'abc' }, 400, ['email', 'password']],
  ['POST', '/api/users/signup', { email: 'a@example.test', password: 'x'.repeat(129) }, 400, ['password']],
  ['POST', '/api/users/signup', { email: 'a@example.test', password: 'seven77' }, 400, ['password']],
  ['POST', '/api/users/signup', { email: 'a@example.test', password: 'PassW0rd' }, 400, ['password']],
  ['POST', '/api/users/signup', { email: 'a@example.test', password: 'A@Example.test' }, 400, ['password']],
  ['POST', '/api/users/signin', {}, 400, ['email', 'password']],
  ['POST', '/api/tickets', { title: ' ', price: 0 }, 400, ['title', 'price']],
  ['POST', '/api/tickets', { title: 'A', price: 19.999 }, 400, ['price']],
  ['POST', '/api/tickets', { title: 'A', price: '19.99' }, 400, ['price']],
  ['POST', '/api/orders', {}, 400, ['ticketId']],
  ['POST', '/api/orders', { ticketId: unknownId, expectedPrice: -1 }, 400, ['expectedPrice']],
  ['POST', '/api/orders', { ticketId: unknownId }, 404, undefined],
  ['POST', '/api/payments', {}, 400, ['orderId', 'token']],
  ['POST', '/api/payments', { orderId: unknownId, token: 'tok_visa' }, 404, undefined],
  ['POST', '/api/payments/webhook', { type: 'payment_intent.succeeded' }, 400, undefined],
  ['GET', `/api/tickets/${unknownId}`, undefined, 404, undefined],
  ['GET', '/api/tickets/no-id', undefined, 404, undefined],
  ['PUT', `/api/tickets/${unknownId}`, { title: 'A', price: 1 }, 404, undefined],
  ['GET', `/api/orders/${unknownId}`, undefined, 404, undefined],
  ['GET', '/api/orders/no-id', undefined, 404, undefined],
  ['DELETE', `/api/orders/${unknownId}`, undefined, 404, undefined],
  ['GET', `/api/payments/${unknownId}`, undefined, 404, undefined],
  ['GET', '/api/tickets?limit=100000', undefined, 400, ['limit']],
  ['GET', '/api/orders?page=0', undefined, 400, ['page']],
  ['GET', '/api/users/nothing', undefined, 404, undefined],
  ['PATCH', '/api/tickets', {}, 404, undefined],
  ['GET', '/api/nothing/at/all', undefined, 404, undefined],
] as const)(
  'When the request is %s %s with %j, then the response is %i in the error envelope',
  async (method, path, body, status, fields) => {
    const response = await buyer.send({ method, path, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
    const { errors } = errorsResponse.parse(response.body);
    if (fields !== undefined) expect(errors.map(({ field }) => field)).toEqual(fields);
  },
);

test.each([
  ['POST', '/api/tickets', { title: 'A', price: 1 }],
  ['PUT', `/api/tickets/${unknownId}`, { title: 'A', price: 1 }],
  ['GET', '/api/tickets?mine=true', undefined],
  ['POST', '/api/orders', { ticketId: unknownId }],
  ['GET', '/api/orders', undefined],
  ['GET', `/api/orders/${unknownId}`, undefined],
  ['DELETE', `/api/orders/${unknownId}`, undefined],
  ['POST', '/api/payments', { orderId: unknownId, token: 'tok_visa' }],
  ['GET', `/api/payments/${unknownId}`, undefined],
] as const)('When nobody is signed in, then %s %s is refused with 401', async (method, path, body) => {
  expect(await anonymous({ method, path, ...(body === undefined ? {} : { body }) })).toMatchObject(refusal(401));
});

test('When a user requests data of another user, then the response is 401', async () => {
  const ticket = await list(seller);
  const { id } = await hold(buyer, ticket.id);
  expect(await other.send({ method: 'GET', path: `/api/orders/${id}` })).toMatchObject(refusal(401));
  expect(await other.send({ method: 'DELETE', path: `/api/orders/${id}` })).toMatchObject(refusal(401));
  expect(await pay(other, id)).toMatchObject(refusal(401));
  expect((await pay(buyer, id)).status).toBe(201);
  expect(await other.send({ method: 'GET', path: `/api/payments/${id}` })).toMatchObject(refusal(401));
});

/** The path of a `Link` header's page. */
const linked = (response: HttpResponse, rel: string): string | undefined =>
  (response.header('link') ?? '')
    .split(', ')
    .map((link) => /^<([^>]+)>; rel="(\w+)"$/.exec(link))
    .find((match) => match?.[2] === rel)?.[1];

test('When a search finds more than a page, then its headers give the total and lead through all pages', async () => {
  const word = `w${randomUUID().slice(0, 8)}`;
  const prices = [30, 10, 50, 20, 40];
  const tickets = await Promise.all(prices.map((price) => list(seller, { title: `Gala ${word}`, price, city: word })));
  const first = { method: 'GET', path: `/api/tickets?q=${word}&sort=price&limit=2` };
  await eventually(async () => expect((await anonymous(first)).header('x-total-count')).toBe('5'));
  const found: { readonly id: string; readonly price: number }[] = [];
  let path: string | undefined = first.path;
  while (path !== undefined) {
    const response: HttpResponse = await anonymous({ method: 'GET', path });
    expect(response.header('x-total-count')).toBe('5');
    const page = ticketsOf(response);
    expect(page.length).toBeLessThanOrEqual(2);
    found.push(...page);
    path = linked(response, 'next');
  }
  expect(found.map(({ price }) => price)).toEqual([10, 20, 30, 40, 50]);
  expect(new Set(found.map(({ id }) => id))).toEqual(new Set(tickets.map(({ id }) => id)));

  const filtered = await anonymous({
    method: 'GET',
    path: `/api/tickets?city=${word}&minPrice=20&maxPrice=40&sort=-price`,
  });
  expect(ticketsOf(filtered).map(({ price }) => price)).toEqual([40, 30, 20]);
  const standard = ticketsOf(await anonymous({ method: 'GET', path: '/api/tickets' }));
  expect(standard.length).toBeLessThanOrEqual(100);
});

test('When a seller lists their own tickets, then held and sold ones are included and other sellers’ are not', async () => {
  const user = await signUp(site.url);
  const [onSale, held, sold] = await Promise.all([list(user), list(user), list(user)]);
  await hold(buyer, held.id);
  const paid = await hold(buyer, sold.id);
  expect((await pay(buyer, paid.id)).status).toBe(201);
  await eventually(async () => expect(await ticketOf(user, sold.id)).toHaveProperty('soldAt'));
  const response = await user.send({ method: 'GET', path: '/api/tickets?mine=true' });
  expect(response.header('x-total-count')).toBe('3');
  expect(new Set(idsOf(response))).toEqual(new Set([onSale.id, held.id, sold.id]));
});

test('When a buyer lists their orders, then they get only their own, oldest first, with tickets', async () => {
  const user = await signUp(site.url);
  const orders = [];
  for (const title of ['First', 'Second', 'Third']) orders.push(await hold(user, (await list(seller, { title })).id));
  const response = await user.send({ method: 'GET', path: '/api/orders' });
  const found = z.array(orderResponse).parse(response.body);
  expect(found.map(({ id }) => id)).toEqual(orders.map(({ id }) => id));
  expect(found.map(({ ticket }) => ticket.title)).toEqual(['First', 'Second', 'Third']);
  expect(response.header('x-total-count')).toBe('3');
});

test('When prices have two decimals, then exactly the price is charged', async () => {
  const prices = [0.57, 1.1, 4.35, 8.2, 19.99, 64.41, 1001.1, 9999.99];
  const payers = await Promise.all([signUp(site.url), signUp(site.url)]);
  await Promise.all(
    prices.map(async (price, index) => {
      const payer = payers[index % 2] ?? buyer;
      const ticket = await list(seller, { price });
      const { id, price: ordered } = await hold(payer, ticket.id);
      expect(ordered).toBe(price);
      expect((await pay(payer, id)).status).toBe(201);
      expect(await chargeOf(payer, id)).toMatchObject({ amount: Number(price.toFixed(2).replace('.', '')) });
    }),
  );
});
