import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { barriers, desktop, openBrowser, overflow, payByCard, phone, visit, type Visitor } from './browser.ts';
import { eventually } from './eventually.ts';
import { hold, list, newCredentials, pay, signUp, ticketOf, untilOrder, type Person } from './person.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { openStripeBooks, payTooLate } from './stripe-books.ts';

const site = siteUnderTest();

const good = '4242424242424242';
const declined = '4000000000000002';
const stolen = '4000000000009979';

let browser: Browser;
const visitors: Visitor[] = [];

beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);

afterEach(async () => {
  const gone = visitors.splice(0);
  await Promise.all(gone.map(({ context }) => context.close()));
  expect(gone.flatMap(({ problems }) => problems)).toEqual([]);
});

afterAll(() => browser?.close());

const comes = async (options: Parameters<typeof visit>[2] = {}): Promise<Page> => {
  const visitor = await visit(browser, site.url, options);
  visitors.push(visitor);
  return visitor.page;
};

const signUpByForm = async (page: Page): Promise<void> => {
  const { email, password } = newCredentials();
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign up' }).first().click();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText(email).first().waitFor();
};

/** Until then the page moves what is below the form. */
const cardFormIsThere = (page: Page): Promise<void> => page.locator('button:enabled', { hasText: 'Pay' }).waitFor();

const heading = (page: Page, name: string) => page.getByRole('heading', { name });

test('When one lists a ticket in a browser and another holds and pays it in theirs, then both see it', async () => {
  const title = `Finale ${randomUUID().slice(0, 8)}`;
  const [seller, buyer] = await Promise.all([comes(), comes()]);

  await signUpByForm(seller);
  await seller.getByRole('link', { name: 'Sell a ticket' }).first().click();
  await heading(seller, 'Sell a ticket').waitFor();
  await seller.getByLabel('Title').fill(title);
  await seller.getByLabel('Price (USD)').fill('19.99');
  await seller.getByLabel('Category').selectOption('sports');
  await seller.getByLabel('Starts at (UTC)').fill('2031-05-01T18:30');
  await seller.getByLabel('Venue').fill('Old Park');
  await seller.getByLabel('City').fill('Leeds');
  await seller.getByLabel('Seat', { exact: true }).fill('7');
  await seller.getByRole('button', { name: 'List this ticket' }).click();
  await seller.getByText('Your ticket is listed.').waitFor();

  await signUpByForm(buyer);
  await eventually(async () => {
    await buyer.goto(`/?q=${encodeURIComponent(title)}`);
    expect(await buyer.getByTestId('ticket-card').count()).toBe(1);
  });
  await buyer.getByRole('link', { name: title }).click();
  await heading(buyer, title).waitFor();
  await buyer.getByRole('button', { name: 'Hold this ticket' }).click();
  await heading(buyer, 'Pay by card').waitFor();
  expect(await buyer.getByTestId('order-price').textContent()).toBe('$19.99');
  expect(await buyer.getByTestId('countdown').textContent()).toMatch(/^1[45]:\d\d$/);

  await seller.goto('/my-tickets');
  await seller.getByTestId('my-ticket').filter({ hasText: title }).getByText('On hold').waitFor();

  await payByCard(buyer, declined);
  await buyer.getByRole('alert').getByText('Your card was declined.').waitFor();
  await payByCard(buyer, good);
  await heading(buyer, 'The ticket is yours').waitFor();
  expect(await buyer.getByTestId('order-status').textContent()).toBe('Paid');

  await buyer.goto('/orders');
  await buyer.getByTestId('order-row').filter({ hasText: title }).getByText('Paid').waitFor();
  await eventually(async () => {
    await seller.goto('/my-tickets');
    expect(await seller.getByTestId('my-ticket').filter({ hasText: title }).textContent()).toContain('Sold');
  });
  await seller.getByRole('button', { name: 'Sign out' }).first().click();
  await seller.getByRole('link', { name: 'Sign in' }).first().waitFor();
}, 90_000);

test('When the price has changed since the buyer saw it, then they are asked at the new one before anything is held', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller, { price: 20 });
  const page = await comes({ as: buyer });
  await page.goto(`/tickets/${ticket.id}`);
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: ticket.title, price: 30 } };
  expect(await seller.ask(edit)).toMatchObject({ status: 200 });
  await page.getByRole('button', { name: 'Hold this ticket' }).click();
  await page.getByText('The seller has changed the price from $20.00 to $30.00.').waitFor();
  expect(await ticketOf(buyer, ticket.id)).not.toHaveProperty('orderId');
  await page.getByRole('button', { name: 'Hold at $30.00' }).click();
  await heading(page, 'Pay by card').waitFor();
  expect(await page.getByTestId('order-price').textContent()).toBe('$30.00');
});

test('When a ticket is held, then its buyer can go on, others and the seller see that it is held', async () => {
  const [seller, buyer, other] = await Promise.all([signUp(site.url), signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller);
  const { id } = await hold(buyer, ticket.id);
  const seen = async (as: Person, text: string) => {
    const page = await comes({ as });
    await page.goto(`/tickets/${ticket.id}`);
    expect(await page.getByTestId('ticket-state').textContent()).toBe('On hold');
    await page.getByText(text).waitFor();
    return page;
  };
  await seen(other, 'Another buyer holds this ticket');
  await seen(seller, 'A buyer holds it right now');
  const page = await seen(buyer, 'You hold this ticket');
  await page.getByRole('link', { name: 'Continue to payment' }).click();
  await page.waitForURL(`**/orders/${id}`);
  await cardFormIsThere(page);
  const release = page.getByRole('button', { name: 'Yes, release the ticket' });
  // The card form may still take its height and move what is below it: a click that missed is made again.
  await eventually(async () => {
    if (!(await release.isVisible())) await page.getByText('Cancel order').click();
    await release.waitFor({ timeout: 1_000 });
  });
  await release.click();
  await heading(page, 'You released this ticket').waitFor();
  await untilOrder(buyer, id, { status: 'cancelled', reason: 'by_buyer' });
});

test('When a card is stolen, then the page says that the order has ended and that nothing was charged', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const { id } = await hold(buyer, (await list(seller)).id);
  const page = await comes({ as: buyer });
  await page.goto(`/orders/${id}`);
  await payByCard(page, stolen);
  await heading(page, 'The payment did not go through').waitFor();
  expect(await page.getByTestId('money-outcome').textContent()).toBe('You have not been charged.');
});

testOnThisMachine('When money arrived for a cancelled order, then its page says that it was given back', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const { id } = await hold(buyer, (await list(seller)).id);
  await payTooLate(openStripeBooks(await site.processes()), buyer, id);
  const page = await comes({ as: buyer });
  await page.goto(`/orders/${id}`);
  await heading(page, 'You released this ticket').waitFor();
  await page.getByText('Your payment of $19.99 has been refunded to your card.').waitFor();
  await page.getByText(/Refund reference re_/).waitFor();
});

test('When what was typed is wrong, then each field says so and nobody is signed in', async () => {
  const page = await comes();
  await page.goto('/signup');
  await page.getByLabel('Email').fill('no email');
  await page.getByLabel('Password').fill('abc');
  await page.getByRole('button', { name: 'Create account' }).click();
  await eventually(async () => expect(await page.locator('[aria-invalid="true"]').count()).toBe(2));
  await page.goto('/orders');
  await heading(page, 'Sign in').waitFor();
});

test('When JavaScript is off, then everything that is reading works, and signing in too', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const word = `w${randomUUID().slice(0, 8)}`;
  const ticket = await list(seller, { title: `Concert ${word}`, description: 'Row with a view.' });
  await eventually(async () => {
    const answer = await buyer.ask({ method: 'GET', path: `/api/tickets?q=${word}` });
    expect(answer.header('x-total-count')).toBe('1');
  });
  const page = await comes({ withoutJavaScript: true });
  await page.goto('/');
  await page.getByRole('searchbox').fill(word);
  await page.getByRole('button', { name: 'Search' }).click();
  await eventually(async () => {
    await page.reload();
    expect(await page.getByTestId('ticket-card').count()).toBe(1);
  });
  await page.getByRole('link', { name: ticket.title }).click();
  await page.getByText('Row with a view.').waitFor();
  expect(await page.getByTestId('ticket-price').textContent()).toBe('$19.99');

  await page.goto('/signin?next=/orders');
  await page.getByLabel('Email').fill(buyer.credentials.email);
  await page.getByLabel('Password').fill(buyer.credentials.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'My orders').waitFor();

  const { id } = await hold(buyer, ticket.id);
  await page.goto(`/orders/${id}`);
  expect(await page.getByTestId('order-status').textContent()).toBe('Awaiting payment');
  expect(await page.locator('noscript p').innerText()).toContain('Paying needs JavaScript');
  expect((await pay(buyer, id)).status).toBe(201);
  await untilOrder(buyer, id, { status: 'complete' });
  await page.goto(`/orders/${id}`);
  await heading(page, 'The ticket is yours').waitFor();
}, 60_000);

test.each([
  ['a desk', desktop],
  ['a phone', phone],
])(
  'When the pages are read at %s, then nothing is wider than it and nobody meets a barrier',
  async (_where, viewport) => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const words = 'A rather long title of an event that somebody typed without thinking of phones '.repeat(2).trim();
    const [onSale, held, sold, released] = await Promise.all([
      list(seller, { title: words, description: words, venue: words.slice(0, 90), city: 'Llanfairpwllgwyngyll' }),
      list(seller, { title: 'x'.repeat(120), category: 'theatre' }),
      list(seller, { startsAt: '2031-05-01T18:30:00.000Z' }),
      list(seller),
    ]);
    const [holding, paid, cancelled] = await Promise.all([held, sold, released].map(({ id }) => hold(buyer, id)));
    if (holding === undefined || paid === undefined || cancelled === undefined) throw new Error('no orders');
    expect((await pay(buyer, paid.id)).status).toBe(201);
    await untilOrder(buyer, paid.id, { status: 'complete' });
    expect((await buyer.ask({ method: 'DELETE', path: `/api/orders/${cancelled.id}` })).status).toBe(204);
    await eventually(async () => expect(await ticketOf(seller, sold.id)).toHaveProperty('soldAt'));

    const [anybody, asSeller, asBuyer] = await Promise.all([
      comes({ viewport }),
      comes({ viewport, as: seller }),
      comes({ viewport, as: buyer }),
    ]);
    const pages: readonly (readonly [Page, string])[] = [
      [anybody, '/'],
      [anybody, '/?q=nothing-that-is-there&minPrice=free'],
      [anybody, '/signin'],
      [anybody, '/signup'],
      [anybody, `/tickets/${onSale.id}`],
      [anybody, `/tickets/${held.id}`],
      [anybody, `/tickets/${sold.id}`],
      [anybody, '/nothing-here'],
      [asSeller, '/tickets/new'],
      [asSeller, `/tickets/${onSale.id}`],
      [asSeller, `/tickets/${onSale.id}/edit`],
      [asSeller, `/tickets/${held.id}/edit`],
      [asSeller, '/my-tickets'],
      [asBuyer, `/tickets/${onSale.id}`],
      [asBuyer, '/orders'],
      [asBuyer, `/orders/${paid.id}`],
      [asBuyer, `/orders/${cancelled.id}`],
      [asBuyer, `/orders/${holding.id}`],
    ];
    const found: string[] = [];
    for (const [page, path] of pages) {
      await page.goto(path);
      await page.getByRole('main').waitFor();
      if (path.endsWith(holding.id)) await cardFormIsThere(page);
      const wider = await overflow(page);
      if (wider > 0) found.push(`${path}: ${wider} px too wide`);
      found.push(...(await barriers(page)).map((barrier) => `${path}: ${barrier}`));
    }
    await asBuyer.frameLocator('iframe[title="Card details"]').getByLabel('Card number').waitFor();
    const frame = asBuyer.frames().find((each) => each.parentFrame() !== null);
    if (frame === undefined) throw new Error('no card form');
    found.push(...(await barriers(frame)).map((barrier) => `card form: ${barrier}`));
    expect(await overflow(asBuyer)).toBe(0);
    expect(found).toEqual([]);
  },
  120_000,
);
