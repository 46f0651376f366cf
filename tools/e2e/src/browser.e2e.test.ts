import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import {
  cardFormIsReady,
  desktop,
  openCancelOrder,
  overflow,
  payByCard,
  phone,
  usePages,
  violations,
} from './browser.ts';
import { eventually } from './eventually.ts';
import { hold, list, newCredentials, order, pay, signUp, ticketOf, untilOrder, type User } from './user.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { openStripeLedger, payTooLate } from './stripe-ledger.ts';

const site = siteUnderTest();

const good = '4242424242424242';
const declined = '4000000000000002';
const stolen = '4000000000009979';

const openPage = usePages(site.url);

/** The page hears nothing of what changes, like one in the background. */
const followsNothing = (page: Page) =>
  page.addInitScript("Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })");
const followsAgain = (page: Page) => page.evaluate('delete document.visibilityState');

const signUpByForm = async (page: Page): Promise<void> => {
  const { email, password } = newCredentials();
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign up' }).first().click();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText(email).first().waitFor();
};

const heading = (page: Page, name: string) => page.getByRole('heading', { name });

test('When a seller lists a ticket in a browser and a buyer holds and pays it in another, then both see it', async () => {
  const title = `Finale ${randomUUID().slice(0, 8)}`;
  const [seller, buyer] = await Promise.all([openPage(), openPage()]);

  await signUpByForm(seller);
  await seller.getByRole('link', { name: 'Sell a ticket' }).first().click();
  await heading(seller, 'Sell a ticket').waitFor();
  await seller.getByLabel('Title').fill(title);
  await seller.getByLabel('Price (USD)').fill('19.99');
  await seller.getByLabel('Category').selectOption('sports');
  await seller.getByLabel('Starts at (local time)').fill('2031-05-01T18:30');
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

test('When the price has changed since the buyer saw it, then they are asked to accept the new price before anything is held', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller, { price: 20 });
  const page = await openPage({ as: buyer });
  await followsNothing(page);
  await page.goto(`/tickets/${ticket.id}`);
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: ticket.title, price: 30 } };
  expect(await seller.send(edit)).toMatchObject({ status: 200 });
  await page.getByRole('button', { name: 'Hold this ticket' }).click();
  await page.getByText('The seller has changed the price from $20.00 to $30.00.').waitFor();
  expect(await ticketOf(buyer, ticket.id)).not.toHaveProperty('orderId');
  await followsAgain(page);
  await page.getByRole('button', { name: 'Hold at $30.00' }).click();
  await heading(page, 'Pay by card').waitFor();
  expect(await page.getByTestId('order-price').textContent()).toBe('$30.00');
});

test('When a seller has changed a listing and not its price, then the buyer is asked to look at it again', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller, { title: 'First row' });
  const page = await openPage({ as: buyer });
  await followsNothing(page);
  await page.goto(`/tickets/${ticket.id}`);
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: 'Last row', price: 19.99 } };
  expect(await seller.send(edit)).toMatchObject({ status: 200 });
  // Until orders has heard of the edit, it would hold the ticket, and tickets would then refuse the hold.
  await eventually(async () => {
    const response = await order(buyer, ticket.id, { expectedPrice: 1, expectedVersion: 1 });
    expect(response).toMatchObject({ status: 409, body: { errors: [{ message: expect.stringContaining('price') }] } });
  });
  await page.getByRole('button', { name: 'Hold this ticket' }).click();
  await page.getByText('The seller has changed this listing. Please look at it again.').waitFor();
  await heading(page, 'Last row').waitFor();
  expect(await ticketOf(buyer, ticket.id)).not.toHaveProperty('orderId');
  await followsAgain(page);
  await page.getByRole('button', { name: 'Hold this ticket' }).click();
  await heading(page, 'Pay by card').waitFor();
});

test('When a ticket is held, then its buyer can continue, and others and the seller see that it is held', async () => {
  const [seller, buyer, other] = await Promise.all([signUp(site.url), signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller);
  const { id } = await hold(buyer, ticket.id);
  const seen = async (as: User, text: string) => {
    const page = await openPage({ as });
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
  await openCancelOrder(page);
  await page.getByRole('button', { name: 'Yes, release the ticket' }).click();
  await heading(page, 'You released this ticket').waitFor();
  await untilOrder(buyer, id, { status: 'cancelled', reason: 'by_buyer' });
});

test('When a card is stolen, then the page says that the order has ended and nothing was charged', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const { id } = await hold(buyer, (await list(seller)).id);
  const page = await openPage({ as: buyer });
  await page.goto(`/orders/${id}`);
  await payByCard(page, stolen);
  await heading(page, 'The payment did not go through').waitFor();
  expect(await page.getByTestId('money-outcome').textContent()).toBe('You have not been charged.');
});

testOnThisMachine('When a cancelled order was charged, then its page says that the charge was refunded', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const { id } = await hold(buyer, (await list(seller)).id);
  await payTooLate(openStripeLedger(site.processes()), buyer, id);
  const page = await openPage({ as: buyer });
  await page.goto(`/orders/${id}`);
  await heading(page, 'You released this ticket').waitFor();
  await page.getByText('Your payment of $19.99 has been refunded to your card.').waitFor();
  await page.getByText(/Refund reference re_/).waitFor();
});

test('When input is invalid, then each field says so and nobody is signed in', async () => {
  const page = await openPage();
  await page.goto('/signup');
  await page.getByLabel('Email').fill('no email');
  await page.getByLabel('Password').fill('abc');
  await page.getByRole('button', { name: 'Create account' }).click();
  await eventually(async () => expect(await page.locator('[aria-invalid="true"]').count()).toBe(2));
  await page.goto('/orders');
  await heading(page, 'Sign in').waitFor();
});

test('When a new password is typed, then the form shows which rules it breaks and how strong it looks', async () => {
  const page = await openPage();
  await page.goto('/signup');
  const { email } = newCredentials();
  await page.getByLabel('Email').fill(email);
  const password = page.getByLabel('Password');
  await password.fill(email.toUpperCase());
  await page.getByText('Not the email address or the part before its @: not met').waitFor();
  await password.fill('seven77');
  await page.getByText('Between 8 and 128 characters: not met').waitFor();
  await password.fill('passw0rd');
  await page.getByText('Looks weak').waitFor();
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Password must not be one of the 10,000 most common').waitFor();
  await password.fill('correct horse battery staple');
  await page.getByText('Looks strong').waitFor();
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(`${site.url}/`);
});

test('When JavaScript is off, then the form shows the rules of passwords and the server checks them', async () => {
  const page = await openPage({ withoutJavaScript: true });
  await page.goto('/signup');
  await page.getByText('Between 8 and 128 characters').waitFor();
  const { email } = newCredentials();
  const refusals = [
    ['seven77', 'Password must be between 8 and 128 characters'],
    ['passw0rd', 'Password must not be one of the 10,000 most common'],
    [email, 'Password must not be the email address or the part before its @'],
  ] as const;
  for (const [password, message] of refusals) {
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText(message).waitFor();
  }
});

test('When JavaScript is off, then all reading works, and signing in too', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const word = `w${randomUUID().slice(0, 8)}`;
  const ticket = await list(seller, { title: `Concert ${word}`, description: 'Row with a view.' });
  await eventually(async () => {
    const response = await buyer.send({ method: 'GET', path: `/api/tickets?q=${word}` });
    expect(response.header('x-total-count')).toBe('1');
  });
  const page = await openPage({ withoutJavaScript: true });
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

test.each([false, true])(
  'When a seller withdraws a ticket (JavaScript off: %s), then they confirm it first, and its page and their list say so',
  async (withoutJavaScript) => {
    const seller = await signUp(site.url);
    const ticket = await list(seller);
    const page = await openPage({ as: seller, withoutJavaScript });
    await page.goto(`/tickets/${ticket.id}`);
    expect(await page.getByTestId('ticket-state').textContent()).toBe('On sale');
    await page.getByText('Withdraw', { exact: true }).click();
    await page.getByRole('button', { name: 'Yes, withdraw this ticket' }).click();
    await page.getByText('You have withdrawn this listing').waitFor();
    expect(await page.getByTestId('ticket-state').textContent()).toBe('Withdrawn');
    await page.goto('/my-tickets');
    expect(await page.getByTestId('my-ticket').innerText()).toContain('Withdrawn');
  },
  60_000,
);

test.each([false, true])(
  'When a seller lists a seat for a time that does not exist, and then again (JavaScript off: %s), then the form asks both times',
  async (withoutJavaScript) => {
    const seller = await signUp(site.url);
    const page = await openPage({ as: seller, withoutJavaScript });
    const title = `Spring ${randomUUID().slice(0, 8)}`;
    const fill = async () => {
      await page.goto('/tickets/new');
      await page.getByLabel('Title').fill(title);
      await page.getByLabel('Price (USD)').fill('19.99');
      await page.getByLabel('City').fill('Zürich');
      await page.getByLabel('Starts at (local time)').fill('2031-03-30T02:30');
      await page.getByLabel('Seat', { exact: true }).fill('7');
    };
    const submit = () => page.getByRole('button', { name: 'List this ticket' }).click();
    await fill();
    await submit();
    await page.getByText('never show 02:30 on this day').waitFor();
    // The checks run as JavaScript of the page.
    if (!withoutJavaScript) expect(await violations(page)).toEqual([]);
    await page.getByLabel('03:30 CEST').check();
    await submit();
    await page.getByText('Your ticket is listed.').waitFor();
    await page.getByText('Sun, Mar 30, 2031, 03:30 CEST').waitFor();

    await fill();
    await page.getByLabel('Time zone').selectOption('Europe/Zurich');
    await submit();
    await page.getByLabel('03:30 CEST').check();
    await submit();
    await page.getByText('You have listed this seat already. List it again?').waitFor();
    await page.getByLabel('Yes, list it again').check();
    await submit();
    await page.getByText('Your ticket is listed.').waitFor();
    const mine = await seller.send({ method: 'GET', path: '/api/tickets?mine=true' });
    expect(mine.body).toMatchObject([
      { title, timeZone: 'Europe/Zurich' },
      { title, timeZone: 'Europe/Zurich' },
    ]);
  },
  60_000,
);

test.each([
  ['desktop', desktop],
  ['phone', phone],
  ['narrow phone', { width: 320, height: 568 }],
])(
  'When the pages are shown on a %s, then none is wider than the screen or violates accessibility rules',
  async (_screen, viewport) => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const words = 'A rather long title of an event that was written without a phone in mind '.repeat(2).trim();
    const [onSale, held, sold, released] = await Promise.all([
      list(seller, { title: words, description: words, venue: words.slice(0, 90), city: 'Llanfairpwllgwyngyll' }),
      list(seller, { title: 'x'.repeat(120), category: 'theatre' }),
      list(seller, {
        title: 'w'.repeat(200),
        startsAt: '2031-05-01T18:30:00.000Z',
        timeZone: 'America/Argentina/ComodRivadavia',
        venue: 'w'.repeat(200),
        city: 'w'.repeat(100),
        section: 'w'.repeat(50),
        row: 'w'.repeat(50),
        seat: 'w'.repeat(50),
        description: 'w'.repeat(5_000),
      }),
      list(seller),
    ]);
    const [holding, paid, cancelled] = await Promise.all([held, sold, released].map(({ id }) => hold(buyer, id)));
    if (holding === undefined || paid === undefined || cancelled === undefined) throw new Error('no orders');
    expect((await pay(buyer, paid.id)).status).toBe(201);
    await untilOrder(buyer, paid.id, { status: 'complete' });
    expect((await buyer.send({ method: 'DELETE', path: `/api/orders/${cancelled.id}` })).status).toBe(204);
    await eventually(async () => expect(await ticketOf(seller, sold.id)).toHaveProperty('soldAt'));

    const [signedOut, asSeller, asBuyer] = await Promise.all([
      openPage({ viewport }),
      openPage({ viewport, as: seller }),
      openPage({ viewport, as: buyer }),
    ]);
    const pages: readonly (readonly [Page, string])[] = [
      [signedOut, '/'],
      [signedOut, '/?q=nothing-that-is-there&minPrice=free'],
      [signedOut, '/signin'],
      [signedOut, '/signup'],
      [signedOut, `/tickets/${onSale.id}`],
      [signedOut, `/tickets/${held.id}`],
      [signedOut, `/tickets/${sold.id}`],
      [signedOut, '/nothing-here'],
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
      if (path.endsWith(holding.id)) await cardFormIsReady(page);
      const wider = await overflow(page);
      if (wider > 0) found.push(`${path}: ${wider} px too wide`);
      found.push(...(await violations(page)).map((violation) => `${path}: ${violation}`));
    }
    await asBuyer.frameLocator('iframe[title="Card details"]').getByLabel('Card number').waitFor();
    const frame = asBuyer.frames().find((each) => each.parentFrame() !== null);
    if (frame === undefined) throw new Error('no card form');
    found.push(...(await violations(frame)).map((violation) => `card form: ${violation}`));
    expect(await overflow(asBuyer)).toBe(0);
    expect(found).toEqual([]);
  },
  120_000,
);
