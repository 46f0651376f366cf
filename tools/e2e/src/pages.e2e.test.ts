import { expect, test } from '@jest/globals';
import { undrawablePng, uploadRequest } from '@ticketing/test/ticket-file';
import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import {
  addAuthenticator,
  cardFormIsReady,
  openCancelOrder,
  desktop,
  findFaults,
  openBrowser,
  openSession,
  payByCard,
  usePages,
} from './browser.ts';
import { eventually } from './eventually.ts';
import { linkIn } from './mailbox.ts';
import type { Charge } from './responses.ts';
import { pageRoutes } from './site-pages.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { openStripeLedger } from './stripe-ledger.ts';
import {
  deliver,
  hold,
  list,
  newCredentials,
  pay,
  signUp,
  ticketOf,
  untilCharge,
  untilOrder,
  type User,
} from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

/** The longest text of so many characters without a place to break. */
const long = (length: number) => 'w'.repeat(length);
const longest = {
  title: long(200),
  price: 99_999.99,
  category: 'theatre',
  venue: long(200),
  city: long(100),
  startsAt: '2031-05-01T18:30:00.000Z',
  timeZone: 'America/Argentina/ComodRivadavia',
  section: long(50),
  row: long(50),
  seat: long(50),
  description: long(5_000),
};

/** An address of the longest kind that is nobody else's. */
const longEmail = (): string => `${long(28)}${randomUUID()}@${long(60)}.${long(60)}.${long(50)}.test`;

/** A complete sale. */
interface Sale {
  readonly ticketId: string;
  readonly orderId: string;
}

/** Complete sales in each state that can follow, and one whose file has a code that the wallet cannot draw. */
const sell = async (seller: User, buyer: User) => {
  const ledger = openStripeLedger(site.processes());
  const bought = async (seat: string, token = 'tok_visa'): Promise<Sale> => {
    const { id: ticketId } = await list(seller, { ...longest, seat: seat + long(50 - seat.length) });
    const { id: orderId } = await hold(buyer, ticketId);
    expect(await pay(buyer, orderId, token)).toMatchObject({ status: 201 });
    await untilOrder(buyer, orderId, { status: 'complete' });
    return { ticketId, orderId };
  };
  const refund = async ({ orderId }: Sale, charge: Partial<Charge>) => {
    await ledger.refundPart(orderId, longest.price * 100);
    await untilOrder(buyer, orderId, { status: 'cancelled', reason: 'refunded' });
    await untilCharge(buyer, orderId, charge);
  };
  const refundInPart = async ({ orderId }: Sale) => {
    await ledger.refundPart(orderId, 500);
    await untilCharge(buyer, orderId, { amountRefunded: 500 });
  };
  const miss = async ({ ticketId, orderId }: Sale) => {
    const mongo = await new MongoClient(site.processes().find(({ name }) => name === 'mongod')?.url ?? '').connect();
    try {
      const tickets = mongo.db('tickets').collection<{ _id: string }>('tickets');
      const sold = { _id: ticketId, dueAt: { $exists: true } };
      await eventually(async () => {
        const { matchedCount } = await tickets.updateOne(sold, { $set: { dueAt: new Date() } });
        expect(matchedCount).toBe(1);
      });
    } finally {
      await mongo.close();
    }
    await untilOrder(buyer, orderId, { status: 'cancelled', reason: 'not_delivered' });
  };
  const upload = async ({ ticketId, orderId }: Sale) => {
    const request = uploadRequest(ticketId, await undrawablePng(randomUUID().slice(0, 8)));
    await eventually(async () => expect(await seller.send(request)).toMatchObject({ status: 200 }));
    await untilOrder(buyer, orderId, { delivery: { status: 'delivered' } });
  };
  // One by one: an account may have few holds at a time.
  const sales = {
    refunded: await bought('refunded'),
    refundPending: await bought('pending', 'tok_pendingRefund'),
    refundFailed: await bought('failed', 'tok_refundFail'),
    inPart: await bought('in part'),
    inDispute: await bought('disputed', 'tok_createDispute'),
    notDelivered: await bought('late'),
    undrawn: await bought('undrawn'),
  };
  await Promise.all([
    refund(sales.refunded, { refundStatus: 'succeeded' }),
    refund(sales.refundPending, { refundStatus: 'pending' }),
    refund(sales.refundFailed, { owed: longest.price * 100 }),
    refundInPart(sales.inPart),
    untilCharge(buyer, sales.inDispute.orderId, { dispute: { status: 'needs_response', reason: 'fraudulent' } }),
    miss(sales.notDelivered),
    upload(sales.undrawn),
  ]);
  return sales;
};

/** Users, listings and orders in every state that the pages show. */
const seed = async () => {
  const [seller, buyer, refundee, newcomer, leaver] = await Promise.all([
    signUp(site.url, { ...newCredentials(), email: longEmail() }),
    signUp(site.url, { ...newCredentials(), email: longEmail() }),
    signUp(site.url),
    signUp(site.url),
    signUp(site.url),
  ]);
  const sales = await sell(seller, refundee);
  const bought = async (ticketId: string): Promise<string> => {
    const { id } = await hold(buyer, ticketId);
    expect(await pay(buyer, id)).toMatchObject({ status: 201 });
    await untilOrder(buyer, id, { status: 'complete' });
    await eventually(async () => expect(await ticketOf(seller, ticketId)).toHaveProperty('soldAt'));
    return id;
  };
  const [onSale, held, toDeliver, delivered, disputed, released, withdrawn, withFile, atBank, soldOut] =
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        list(seller, {
          ...longest,
          seat: `${index}${long(49)}`,
          ...(index === 9 ? { title: `Sold out ${randomUUID()}` } : {}),
        }),
      ),
    );
  if (
    !onSale ||
    !held ||
    !toDeliver ||
    !delivered ||
    !disputed ||
    !released ||
    !withdrawn ||
    !withFile ||
    !atBank ||
    !soldOut
  )
    throw new Error('not listed');
  const holding = await hold(buyer, held.id);
  const waitingForBank = await hold(buyer, atBank.id);
  expect(await pay(buyer, waitingForBank.id, 'tok_threeDSecure2Required')).toMatchObject({ status: 202 });
  const cancelled = await hold(buyer, released.id);
  expect(await buyer.send({ method: 'DELETE', path: `/api/orders/${cancelled.id}` })).toMatchObject({ status: 204 });
  const paid = await bought(toDeliver.id);
  const complete = await bought(delivered.id);
  await deliver(seller, delivered.id);
  await untilOrder(buyer, complete, { delivery: { status: 'delivered' } });
  const reported = await bought(disputed.id);
  const problem = { method: 'POST', path: `/api/orders/${reported}/problem`, body: { text: long(2_000) } };
  expect(await buyer.send(problem)).toMatchObject({ status: 201 });
  await bought(soldOut.id);
  expect(await seller.send({ method: 'DELETE', path: `/api/tickets/${withdrawn.id}` })).toMatchObject({ status: 204 });
  await deliver(seller, withFile.id);
  return {
    users: { seller, buyer, refundee, newcomer, leaver },
    sales,
    tickets: { onSale, held, toDeliver, delivered, disputed, withdrawn, withFile, soldOut },
    orders: {
      holding: holding.id,
      waitingForBank: waitingForBank.id,
      cancelled: cancelled.id,
      paid,
      complete,
      reported,
    },
  };
};
type Seeded = Awaited<ReturnType<typeof seed>>;

interface State {
  /** The folder of the page in client/app. */
  readonly route: string;
  readonly state: string;
  readonly as?: keyof Seeded['users'];
  readonly path: (seeded: Seeded) => string | Promise<string>;
  /** Brings the page that has loaded into the state. */
  readonly act?: (page: Page, seeded: Seeded) => Promise<void>;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name }).first().waitFor();
const submit = (page: Page, name: string) => page.getByRole('button', { name }).first().click();
const open = (page: Page, summary: string) =>
  page.locator('summary', { hasText: summary }).filter({ visible: true }).click();
const alerts = (page: Page) => page.getByRole('alert').filter({ visible: true }).first().waitFor();
const invalid = (page: Page) => page.locator('[aria-invalid="true"]').first().waitFor();
const byId = (name: string) => async (page: Page) => page.getByTestId(name).first().waitFor();

/** The link in a mail to a new user. */
const mailed = async (subject: string, ask?: (user: User) => Promise<unknown>): Promise<string> => {
  const user = await signUp(site.url);
  await ask?.(user);
  return linkIn(site, user.credentials.email, subject);
};
const verifyLink = () => mailed('Confirm your e-mail address');
const resetLink = () =>
  mailed('Choose a new password', ({ send, credentials: { email } }) =>
    send({ method: 'POST', path: '/api/users/password-reset', body: { email } }),
  );

/** The page of one of the operator, once it is written. */
const written = (name: string) => async (): Promise<string> => {
  const text = `# ${long(200)}\n${long(2_000)}\nWrite to ${longEmail()}, or see https://${long(60)}.test/${long(500)}.`;
  await writeFile(join(site.legalDir(), `${name}.txt`), text);
  return `/${name}`;
};

/** Lasting states of every page, but for those of failing services. A page without a row here fails the test below. */
const states: readonly State[] = [
  { route: '/', state: 'tickets on sale', path: () => '/' },
  { route: '/', state: 'nothing found', path: () => `/?q=${randomUUID()}` },
  { route: '/', state: 'a page beyond the end', path: () => '/?page=400' },
  {
    route: '/',
    state: 'filters that are refused',
    path: () => '/?minPrice=free&maxPrice=none&from=2031-02-31&to=x',
    act: invalid,
  },
  {
    route: '/',
    state: 'events suggested',
    path: () => '/',
    act: async (page) => {
      await page.getByLabel('Event, artist or team').pressSequentially(long(20));
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    route: '/',
    state: 'the longest search',
    path: () => `/?q=${long(200)}&city=${long(100)}`,
  },
  { route: '/signin', state: 'empty', path: () => '/signin' },
  {
    route: '/signin',
    state: 'refused',
    path: () => '/signin?next=/orders',
    act: async (page) => {
      await page.getByLabel('Email').fill(longEmail());
      await page.getByLabel('Password').fill(long(128));
      await submit(page, 'Sign in');
      await alerts(page);
    },
  },
  { route: '/signup', state: 'empty', path: () => '/signup' },
  {
    route: '/signup',
    state: 'invalid',
    path: () => '/signup',
    act: async (page) => {
      await page.getByLabel('Email').fill(long(200));
      await page.getByLabel('Password').fill('passw0rd');
      await submit(page, 'Create account');
      await invalid(page);
    },
  },
  {
    route: '/signup',
    state: 'a strong password',
    path: () => '/signup',
    act: async (page) => {
      await page.getByLabel('Password').fill('correct horse battery staple');
      await page.getByText('strong').waitFor();
    },
  },
  { route: '/forgot-password', state: 'empty', path: () => '/forgot-password' },
  {
    route: '/forgot-password',
    state: 'sent',
    path: () => '/forgot-password',
    act: async (page) => {
      await page.getByLabel('Email').fill(longEmail());
      await submit(page, 'Send me a link');
      await heading(page, 'Look at your mail');
    },
  },
  { route: '/reset-password', state: 'no longer valid', path: () => '/reset-password' },
  {
    route: '/reset-password',
    state: 'a refused password',
    path: resetLink,
    act: async (page) => {
      await page.getByLabel('New password').fill('passw0rd');
      await submit(page, 'Save the new password');
      await invalid(page);
    },
  },
  {
    route: '/reset-password',
    state: 'changed',
    path: resetLink,
    act: async (page) => {
      await page.getByLabel('New password').fill(newCredentials().password);
      await submit(page, 'Save the new password');
      await heading(page, 'Your password is changed');
    },
  },
  { route: '/verify-email', state: 'no longer valid', path: () => '/verify-email' },
  { route: '/verify-email', state: 'a link', path: verifyLink },
  {
    route: '/verify-email',
    state: 'confirmed',
    path: verifyLink,
    act: async (page) => {
      await submit(page, 'Confirm my email address');
      await heading(page, 'Your email address is confirmed');
    },
  },
  { route: '/account', state: 'not confirmed', as: 'buyer', path: () => '/account' },
  {
    route: '/account',
    state: 'the menu open',
    as: 'newcomer',
    path: () => '/account',
    act: async (page) => {
      await page.setViewportSize({ width: 320, height: 900 });
      await open(page, 'Menu');
    },
  },
  { route: '/account/email', state: 'empty', as: 'buyer', path: () => '/account/email' },
  {
    route: '/account/email',
    state: 'refused',
    as: 'newcomer',
    path: () => '/account/email',
    act: async (page) => {
      await page.getByLabel('New email').fill(longEmail());
      await page.getByLabel('Password', { exact: true }).fill(long(128));
      await submit(page, 'Send a link to the new address');
      await page.locator('[aria-invalid="true"], main [role="alert"]').first().waitFor();
    },
  },
  { route: '/account/password', state: 'empty', as: 'buyer', path: () => '/account/password' },
  { route: '/account/sessions', state: 'this device alone', as: 'buyer', path: () => '/account/sessions' },
  {
    route: '/account/passkeys',
    state: 'one passkey',
    as: 'newcomer',
    path: () => '/account/passkeys',
    act: async (page) => {
      await addAuthenticator(page);
      await page.getByLabel('Name of the new passkey').fill(long(60));
      await submit(page, 'Add a passkey');
      await page.getByText('You have 1 passkey.').waitFor();
    },
  },
  { route: '/account/passkeys', state: 'none', as: 'buyer', path: () => '/account/passkeys' },
  {
    route: '/account/close',
    state: 'a wrong password',
    as: 'newcomer',
    path: () => '/account/close',
    act: async (page) => {
      await page.getByLabel('Password').fill(long(128));
      await submit(page, 'Close my account for good');
      await page.getByText('Password is wrong').waitFor();
    },
  },
  {
    route: '/goodbye',
    state: 'closed',
    as: 'leaver',
    path: () => '/account/close',
    act: async (page, { users }) => {
      await page.getByLabel('Password').fill(users.leaver.credentials.password);
      await submit(page, 'Close my account for good');
      await heading(page, 'Your account is closed');
    },
  },
  { route: '/orders', state: 'empty', as: 'newcomer', path: () => '/orders' },
  { route: '/orders', state: 'orders', as: 'buyer', path: () => '/orders', act: byId('order-row') },
  { route: '/orders', state: 'a page beyond the end', as: 'buyer', path: () => '/orders?page=9' },
  {
    route: '/orders/[orderId]',
    state: 'awaiting payment, a card declined',
    as: 'buyer',
    path: ({ orders }) => `/orders/${orders.holding}`,
    act: async (page) => {
      await payByCard(page, '4000000000000002');
      await alerts(page);
      await openCancelOrder(page);
    },
  },
  {
    route: '/orders/[orderId]',
    state: 'to confirm at the bank',
    as: 'buyer',
    path: ({ orders }) => `/orders/${orders.waitingForBank}`,
    act: async (page) => {
      await page.getByRole('link', { name: 'Go on at your bank' }).waitFor();
      await cardFormIsReady(page);
    },
  },
  { route: '/orders/[orderId]', state: 'cancelled', as: 'buyer', path: ({ orders }) => `/orders/${orders.cancelled}` },
  {
    route: '/orders/[orderId]',
    state: 'paid, a problem written',
    as: 'buyer',
    path: ({ orders }) => `/orders/${orders.paid}`,
    act: async (page) => {
      await open(page, 'Report a problem');
      await page.getByLabel('What is wrong?').fill(long(2_000));
    },
  },
  { route: '/orders/[orderId]', state: 'delivered', as: 'buyer', path: ({ orders }) => `/orders/${orders.complete}` },
  {
    route: '/orders/[orderId]',
    state: 'problem reported',
    as: 'buyer',
    path: ({ orders }) => `/orders/${orders.reported}`,
  },
  {
    route: '/orders/[orderId]',
    state: 'of another account',
    as: 'newcomer',
    path: ({ orders }) => `/orders/${orders.paid}`,
  },
  { route: '/orders/[orderId]', state: 'unknown', as: 'buyer', path: () => '/orders/nothing' },
  {
    route: '/orders/[orderId]/receipt',
    state: 'paid',
    as: 'buyer',
    path: ({ orders }) => `/orders/${orders.paid}/receipt`,
  },
  {
    route: '/orders/[orderId]/receipt',
    state: 'of another account',
    as: 'newcomer',
    path: ({ orders }) => `/orders/${orders.paid}/receipt`,
  },
  { route: '/wallet', state: 'empty', as: 'newcomer', path: () => '/wallet' },
  { route: '/wallet', state: 'tickets', as: 'buyer', path: () => '/wallet', act: byId('wallet-ticket') },
  {
    route: '/wallet/[orderId]',
    state: 'delivered',
    as: 'buyer',
    path: ({ orders }) => `/wallet/${orders.complete}`,
  },
  { route: '/wallet/[orderId]', state: 'to come', as: 'buyer', path: ({ orders }) => `/wallet/${orders.paid}` },
  {
    route: '/wallet/[orderId]',
    state: 'of another account',
    as: 'newcomer',
    path: ({ orders }) => `/wallet/${orders.paid}`,
  },
  { route: '/wallet/[orderId]', state: 'cancelled', as: 'buyer', path: ({ orders }) => `/wallet/${orders.cancelled}` },
  { route: '/my-tickets', state: 'empty', as: 'newcomer', path: () => '/my-tickets' },
  { route: '/my-tickets', state: 'tickets', as: 'seller', path: () => '/my-tickets', act: byId('my-ticket') },
  { route: '/my-tickets', state: 'a page beyond the end', as: 'seller', path: () => '/my-tickets?page=9' },
  { route: '/sales', state: 'empty', as: 'newcomer', path: () => '/sales' },
  {
    route: '/sales',
    state: 'sales',
    as: 'seller',
    path: () => '/sales',
    act: (page) => open(page, 'Show the numbers as a table'),
  },
  { route: '/sales', state: 'a page beyond the end', as: 'seller', path: () => '/sales?page=9' },
  { route: '/tickets/new', state: 'empty', as: 'newcomer', path: () => '/tickets/new' },
  {
    route: '/tickets/new',
    state: 'refused',
    as: 'newcomer',
    path: () => '/tickets/new',
    act: async (page) => {
      await page.getByLabel('Title').fill(long(200));
      await page.getByLabel('Price (USD)').fill('0.01');
      await page.getByLabel('Venue').fill(long(200));
      await page.getByLabel('City').fill(long(100));
      await page.getByLabel('Description').fill(long(5_000));
      await submit(page, 'List this ticket');
      await invalid(page);
    },
  },
  {
    route: '/tickets/new',
    state: 'a question about the time',
    as: 'newcomer',
    path: () => '/tickets/new',
    act: async (page) => {
      await page.getByLabel('Title').fill('Spring');
      await page.getByLabel('Price (USD)').fill('20');
      await page.getByLabel('City').fill('Zürich');
      await page.getByLabel('Starts at (local time)').fill('2031-03-30T02:30');
      await submit(page, 'List this ticket');
      await page.getByLabel('03:30 CEST').waitFor();
    },
  },
  {
    route: '/tickets/listed',
    state: 'listed',
    as: 'seller',
    path: ({ tickets }) => `/tickets/listed?ids=${tickets.onSale.id},${tickets.withFile.id}`,
  },
  { route: '/tickets/listed', state: 'nothing', as: 'seller', path: () => '/tickets/listed' },
  { route: '/tickets/[ticketId]', state: 'on sale', path: ({ tickets }) => `/tickets/${tickets.onSale.id}` },
  {
    route: '/tickets/[ticketId]',
    state: 'to hold',
    as: 'newcomer',
    path: ({ tickets }) => `/tickets/${tickets.onSale.id}`,
  },
  {
    route: '/tickets/[ticketId]',
    state: 'on hold',
    as: 'newcomer',
    path: ({ tickets }) => `/tickets/${tickets.held.id}`,
  },
  {
    route: '/tickets/[ticketId]',
    state: 'held by the reader',
    as: 'buyer',
    path: ({ tickets }) => `/tickets/${tickets.held.id}`,
  },
  { route: '/tickets/[ticketId]', state: 'sold', path: ({ tickets }) => `/tickets/${tickets.delivered.id}` },
  {
    route: '/tickets/[ticketId]',
    state: 'bought',
    as: 'buyer',
    path: ({ tickets }) => `/tickets/${tickets.delivered.id}`,
  },
  {
    route: '/tickets/[ticketId]',
    state: 'listed by the reader, about to be withdrawn',
    as: 'seller',
    path: ({ tickets }) => `/tickets/${tickets.onSale.id}?listed=1`,
    act: (page) => open(page, 'Withdraw'),
  },
  {
    route: '/tickets/[ticketId]',
    state: 'to deliver, a file refused',
    as: 'seller',
    path: ({ tickets }) => `/tickets/${tickets.toDeliver.id}`,
    act: async (page) => {
      await page
        .getByLabel('PDF or picture of the ticket')
        .setInputFiles({ name: `${long(100)}.png`, mimeType: 'image/png', buffer: Buffer.from('no picture') });
      await submit(page, 'Deliver the ticket');
      await page.locator('[aria-invalid="true"], main [role="alert"]').first().waitFor();
    },
  },
  {
    route: '/tickets/[ticketId]',
    state: 'with its file',
    as: 'seller',
    path: ({ tickets }) => `/tickets/${tickets.withFile.id}`,
    act: (page) => open(page, 'Replace it'),
  },
  {
    route: '/tickets/[ticketId]',
    state: 'withdrawn',
    as: 'seller',
    path: ({ tickets }) => `/tickets/${tickets.withdrawn.id}`,
  },
  { route: '/tickets/[ticketId]', state: 'unknown', path: () => '/tickets/nothing' },
  {
    route: '/tickets/[ticketId]/edit',
    state: 'on sale',
    as: 'seller',
    path: ({ tickets }) => `/tickets/${tickets.onSale.id}/edit`,
  },
  {
    route: '/tickets/[ticketId]/edit',
    state: 'on hold',
    as: 'seller',
    path: ({ tickets }) => `/tickets/${tickets.held.id}/edit`,
  },
  {
    route: '/tickets/[ticketId]/edit',
    state: 'of another',
    as: 'buyer',
    path: ({ tickets }) => `/tickets/${tickets.onSale.id}/edit`,
  },
  {
    route: '/events/[eventId]/[[...name]]',
    state: 'tickets left',
    path: ({ tickets }) => `/events/${tickets.onSale.eventId}`,
  },
  {
    route: '/events/[eventId]/[[...name]]',
    state: 'sold out',
    path: ({ tickets }) => `/events/${tickets.soldOut.eventId}`,
  },
  {
    route: '/events/[eventId]/[[...name]]',
    state: 'a page beyond the end',
    path: ({ tickets }) => `/events/${tickets.onSale.eventId}?page=9`,
  },
  { route: '/events/[eventId]/[[...name]]', state: 'unknown', path: () => '/events/nothing' },
  {
    route: '/orders/[orderId]',
    state: 'refunded',
    as: 'refundee',
    path: ({ sales }) => `/orders/${sales.refunded.orderId}`,
  },
  {
    route: '/orders/[orderId]',
    state: 'a refund on its way',
    as: 'refundee',
    path: ({ sales }) => `/orders/${sales.refundPending.orderId}`,
  },
  {
    route: '/orders/[orderId]',
    state: 'a refund that failed',
    as: 'refundee',
    path: ({ sales }) => `/orders/${sales.refundFailed.orderId}`,
  },
  {
    route: '/orders/[orderId]',
    state: 'refunded in part',
    as: 'refundee',
    path: ({ sales }) => `/orders/${sales.inPart.orderId}`,
  },
  {
    route: '/orders/[orderId]',
    state: 'disputed',
    as: 'refundee',
    path: ({ sales }) => `/orders/${sales.inDispute.orderId}`,
  },
  {
    route: '/orders/[orderId]',
    state: 'not delivered',
    as: 'refundee',
    path: ({ sales }) => `/orders/${sales.notDelivered.orderId}`,
  },
  { route: '/orders', state: 'orders that were undone', as: 'refundee', path: () => '/orders', act: byId('order-row') },
  {
    route: '/wallet',
    state: 'tickets that were undone',
    as: 'refundee',
    path: () => '/wallet',
    act: byId('wallet-undone'),
  },
  {
    route: '/wallet/[orderId]',
    state: 'refunded',
    as: 'refundee',
    path: ({ sales }) => `/wallet/${sales.refunded.orderId}`,
  },
  {
    route: '/wallet/[orderId]',
    state: 'refunded in part',
    as: 'refundee',
    path: ({ sales }) => `/wallet/${sales.inPart.orderId}`,
  },
  {
    route: '/wallet/[orderId]',
    state: 'disputed',
    as: 'refundee',
    path: ({ sales }) => `/wallet/${sales.inDispute.orderId}`,
  },
  {
    route: '/wallet/[orderId]',
    state: 'not delivered',
    as: 'refundee',
    path: ({ sales }) => `/wallet/${sales.notDelivered.orderId}`,
  },
  {
    route: '/wallet/[orderId]',
    state: 'a code that could not be drawn',
    as: 'refundee',
    path: ({ sales }) => `/wallet/${sales.undrawn.orderId}`,
    act: (page) => page.getByText('1 code of this ticket can’t be shown here').waitFor(),
  },
  {
    route: '/wallet/[orderId]',
    state: 'problem reported',
    as: 'buyer',
    path: ({ orders }) => `/wallet/${orders.reported}`,
  },
  {
    route: '/orders/[orderId]/receipt',
    state: 'refunded',
    as: 'refundee',
    path: ({ sales }) => `/orders/${sales.refunded.orderId}/receipt`,
  },
  {
    route: '/orders/[orderId]/receipt',
    state: 'refunded in part',
    as: 'refundee',
    path: ({ sales }) => `/orders/${sales.inPart.orderId}/receipt`,
  },
  {
    route: '/tickets/[ticketId]',
    state: 'bought, then refunded',
    as: 'refundee',
    path: ({ sales }) => `/tickets/${sales.refunded.ticketId}`,
  },
  {
    route: '/tickets/[ticketId]',
    state: 'sold, then refunded',
    as: 'seller',
    path: ({ sales }) => `/tickets/${sales.refunded.ticketId}`,
    act: byId('sale'),
  },
  {
    route: '/tickets/[ticketId]',
    state: 'sold, then refunded in part',
    as: 'seller',
    path: ({ sales }) => `/tickets/${sales.inPart.ticketId}`,
    act: byId('sale'),
  },
  {
    route: '/tickets/[ticketId]',
    state: 'sold, then disputed',
    as: 'seller',
    path: ({ sales }) => `/tickets/${sales.inDispute.ticketId}`,
    act: byId('sale'),
  },
  {
    route: '/tickets/[ticketId]',
    state: 'sold, then not delivered',
    as: 'seller',
    path: ({ sales }) => `/tickets/${sales.notDelivered.ticketId}`,
    act: byId('sale'),
  },
  {
    route: '/tickets/[ticketId]',
    state: 'sold, a problem reported',
    as: 'seller',
    path: ({ tickets }) => `/tickets/${tickets.disputed.id}`,
    act: byId('sale'),
  },
  { route: '/terms', state: 'not filled', path: () => '/terms' },
  { route: '/terms', state: 'filled', path: written('terms'), act: (page) => heading(page, long(200)) },
  { route: '/privacy', state: 'not filled', path: () => '/privacy' },
  { route: '/privacy', state: 'filled', path: written('privacy'), act: (page) => heading(page, long(200)) },
  { route: '/contact', state: 'not filled', path: () => '/contact' },
  { route: '/contact', state: 'filled', path: written('contact'), act: (page) => heading(page, long(200)) },
  { route: '/imprint', state: 'not filled', path: () => '/imprint' },
  { route: '/imprint', state: 'filled', path: written('imprint'), act: (page) => heading(page, long(200)) },
  { route: '/refused', state: 'a form of another site', path: () => '/refused' },
  { route: '/too-large', state: 'a form too large', path: () => '/too-large' },
];

test('When the site has a page, then its states are checked here', () => {
  expect([...new Set(states.map(({ route }) => route))].toSorted()).toEqual(pageRoutes().toSorted());
});

testOnThisMachine(
  'When each page is in each of its states, in both themes and from 320 to 1280 px, then axe finds nothing, nothing is too wide and there is no error',
  async () => {
    const seeded = await seed();
    // Each user has a page and goes through its states one after another.
    const found = await Promise.all(
      [...new Set(states.map(({ as }) => as))].map(async (user) => {
        const page = await openPage(user === undefined ? {} : { as: seeded.users[user] });
        const lines: string[] = [];
        for (const { route, state, path, act } of states.filter(({ as }) => as === user)) {
          await page.setViewportSize(desktop);
          try {
            await page.goto(await path(seeded));
            await act?.(page, seeded);
            lines.push(...(await findFaults(page)).map((line) => `${route} (${state}) ${line}`));
          } catch (error) {
            lines.push(`${route} (${state}): ${String(error)}`);
          }
        }
        return lines;
      }),
    );
    expect(found.flat()).toEqual([]);
  },
  600_000,
);

test('When React fails in a part of a page, or around it, then what is shown instead is readable in both themes, and axe finds nothing', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const { id } = await hold(buyer, (await list(seller)).id);
  const browser = await openBrowser();
  try {
    for (const { path, removed, change } of [
      {
        path: `/orders/${id}`,
        // What a script of an extension may do: React then does not find what it wants to replace.
        removed: 'div:has(> div > div > [data-testid="countdown"])',
        change: () => buyer.send({ method: 'DELETE', path: `/api/orders/${id}` }),
      },
      {
        path: '/',
        removed: 'header details',
        change: (page: Page) => page.getByRole('link', { name: 'My orders' }).first().click(),
      },
    ]) {
      const { page, context } = await openSession(browser, site.url, { as: buyer });
      await page.goto(path);
      await page.locator('[role="combobox"], button:enabled:has-text("Pay")').first().waitFor();
      await page.evaluate(`document.querySelector(${JSON.stringify(removed)}).remove()`);
      await change(page);
      await heading(page, 'Something went wrong on our side');
      expect(await findFaults(page)).toEqual([]);
      await context.close();
    }
  } finally {
    await browser.close();
  }
}, 120_000);
