import { expect, test } from '@jest/globals';
import { ticketPng, uploadRequest } from '@ticketing/test/ticket-file';
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { cardFormIsReady, openBrowser, openCancelOrder, openSession, payByCard, usePages } from './browser.ts';
import { eventually } from './eventually.ts';
import { isOnThisMachine, siteUnderTest } from './site.ts';
import { openStripeLedger } from './stripe-ledger.ts';
import { translateBeforeHydration, translatePages } from './translation.ts';
import { hold, list, newCredentials, pay, signUp, ticketOf, untilOrder, type User } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

/** The page of a user whose browser translates every page. */
const openTranslated = async (as?: User): Promise<Page> => {
  const page = await openPage(as === undefined ? {} : { as });
  await translatePages(page);
  return page;
};

/** Goes to a page and waits until it is translated. */
const visit = async (page: Page, path: string): Promise<void> => {
  await page.goto(path);
  await page.locator('h1 font font').first().waitFor();
};

const shows = (page: Page, text: string | RegExp) => page.getByText(text).filter({ visible: true }).first().waitFor();
const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name }).filter({ visible: true }).first().click();
const open = (page: Page, summary: string) =>
  page.locator('summary', { hasText: summary }).filter({ visible: true }).click();
const follow = (page: Page, name: string | RegExp) =>
  page.getByRole('link', { name }).filter({ visible: true }).first().click();

/** React's error page, or text of React that is no longer in the page. */
const isWhole = async (page: Page): Promise<void> => {
  expect(await page.getByText('Something went wrong on our side').count()).toBe(0);
};

test('When the browser translates every page, then search, filters and pages of the list show what was asked for', async () => {
  const seller = await signUp(site.url);
  const word = `w${randomUUID().slice(0, 8)}`;
  await Promise.all(
    Array.from({ length: 26 }, (_, index) =>
      list(seller, { title: `Concert ${word} ${index}`, city: 'Leeds', price: 20 + index }),
    ),
  );
  await eventually(async () => {
    const response = await seller.send({ method: 'GET', path: `/api/tickets?q=${word}` });
    expect(response.header('x-total-count')).toBe('26');
  });
  const page = await openTranslated();
  await visit(page, '/');
  const search = page.getByLabel('Event, artist or team');
  await search.pressSequentially(word);
  await page.getByRole('option').first().waitFor();
  await press(page, 'Search');
  await shows(page, /26 tickets found/);
  await follow(page, 'Next');
  await shows(page, /Page 2/);
  await follow(page, 'Previous');
  await shows(page, /Page 1/);
  await open(page, 'Price, date and order');
  await page.getByLabel('Lowest price (USD)').fill('45');
  await press(page, 'Apply filters');
  await shows(page, /1 ticket found/);
  await page.getByLabel('Highest price (USD)').fill('40');
  await press(page, 'Apply filters');
  await shows(page, 'The highest price is below the lowest');
  await visit(page, `/?q=${word}&page=9`);
  await follow(page, 'Go to the first page');
  await shows(page, /26 tickets found/);
  await isWhole(page);
}, 120_000);

test('When the browser translates every page, then a buyer signs up, holds, is declined, pays, gets the ticket and reports a problem', async () => {
  const seller = await signUp(site.url);
  const ticket = await list(seller, { title: `Finale ${randomUUID()}`, city: 'Leeds', seat: '7' });
  const page = await openTranslated();
  await visit(page, '/signup');
  const { email, password } = newCredentials();
  await page.getByLabel('Email').fill(email);
  for (const typed of ['passw', 'passw0rd', 'correct horse battery', 'x', '']) {
    await page.getByLabel('Password').fill(typed);
    await page
      .getByText(typed.startsWith('correct') ? /Looks (strong|fair)/ : /8 and 128/)
      .first()
      .waitFor();
  }
  await page.getByLabel('Password').fill('passw0rd');
  await press(page, 'Create account');
  await shows(page, /must not be one of the 10,000/);
  await page.getByLabel('Password').fill(password);
  await press(page, 'Create account');
  await page.waitForURL(`${site.url}/`);
  await press(page, 'Sign out');
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
  await visit(page, `/signin?next=/tickets/${ticket.id}`);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('wrong password');
  await press(page, 'Sign in');
  await shows(page, /Invalid credentials/);
  await page.getByLabel('Password').fill(password);
  await press(page, 'Sign in');
  await page.waitForURL(`**/tickets/${ticket.id}`);
  await shows(page, /\$19\.99/);
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: ticket.title, price: 30 } };
  expect(await seller.send(edit)).toMatchObject({ status: 200 });
  await press(page, /Hold at \$30\.00/);
  await page.waitForURL('**/orders/*');
  const countdown = page.getByTestId('countdown');
  await countdown.waitFor();
  const first = await countdown.textContent();
  await eventually(async () => expect(await countdown.textContent()).not.toBe(first));
  await payByCard(page, '4000000000000002');
  await shows(page, /Your card was declined/);
  await payByCard(page, '4242424242424242');
  await shows(page, /The ticket is yours/);
  expect(await page.getByTestId('order-status').textContent()).toBe('Paid');
  await open(page, 'Report a problem');
  await page.getByLabel('What is wrong?').fill('The seat is taken.');
  await press(page, 'Send the report');
  await shows(page, /You have reported a problem/);
  await shows(page, /Change your report/);
  await isWhole(page);
}, 120_000);

test('When the browser translates an open order, then it shows a hold that was released elsewhere', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const [one, other] = await Promise.all([list(seller), list(seller)]);
  const [open1, open2] = [await hold(buyer, one.id), await hold(buyer, other.id)];
  const page = await openTranslated(buyer);
  await visit(page, `/orders/${open1.id}`);
  expect(await buyer.send({ method: 'DELETE', path: `/api/orders/${open1.id}` })).toMatchObject({ status: 204 });
  await shows(page, /You released this ticket/);
  await visit(page, `/orders/${open2.id}`);
  await openCancelOrder(page);
  await press(page, 'Yes, release the ticket');
  await shows(page, /You released this ticket/);
  await visit(page, `/tickets/${one.id}`);
  await hold(await signUp(site.url), one.id);
  await shows(page, /On hold/);
  await shows(page, /Another buyer holds this ticket/);
  await isWhole(page);
}, 120_000);

test('When the browser translates every page, then a seller lists, uploads, edits, withdraws and sets up payouts', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const page = await openTranslated(seller);
  await visit(page, '/tickets/new');
  await page.getByLabel('Title').fill('Spring');
  await page.getByLabel('Price (USD)').fill('0.01');
  await shows(page, /You get|price/);
  await page.getByLabel('City').fill('Zürich');
  await page.getByLabel('Starts at (local time)').fill('2031-03-30T02:30');
  await press(page, 'List this ticket');
  await page.locator('[aria-invalid="true"], fieldset[data-question]').first().waitFor();
  await page.getByLabel('Price (USD)').fill('20');
  await press(page, 'List this ticket');
  await page.getByLabel('03:30 CEST').check();
  await press(page, 'List this ticket');
  await shows(page, /Your ticket is listed/);
  const ticketId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const file = page.getByLabel('PDF or picture of the ticket').filter({ visible: true });
  await file.setInputFiles({ name: 'ticket.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await press(page, 'Upload the file');
  await page.locator('main [role="alert"], [aria-invalid="true"]').first().waitFor();
  await file.setInputFiles({ name: 'ticket.png', mimeType: 'image/png', buffer: await ticketPng(randomUUID()) });
  await press(page, 'Upload the file');
  await shows(page, /Your file is stored/);
  await follow(page, 'Edit ticket');
  await page.getByLabel('Price (USD)').fill('25');
  await press(page, 'Save changes');
  await page.waitForURL(`**/tickets/${ticketId}**`);
  await shows(page, /\$25\.00/);
  const sold = await list(seller);
  const order = await hold(buyer, sold.id);
  expect(await pay(buyer, order.id)).toMatchObject({ status: 201 });
  await untilOrder(buyer, order.id, { status: 'complete' });
  await eventually(async () => expect(await ticketOf(seller, sold.id)).toHaveProperty('soldAt'));
  await visit(page, '/my-tickets');
  await shows(page, /To deliver/);
  await eventually(async () => {
    await visit(page, '/sales');
    expect(await page.getByTestId('sale').count()).toBe(1);
  });
  await press(page, 'Set up payouts');
  await page.waitForURL((url) => url.origin !== new URL(site.url).origin);
  await visit(page, `/tickets/${ticketId}`);
  await open(page, 'Withdraw');
  await press(page, 'Yes, withdraw this ticket');
  await shows(page, /You have withdrawn this listing/);
  await isWhole(page);
}, 180_000);

test('When the browser translates every page, then the pages of an account show what was done', async () => {
  const user = await signUp(site.url);
  const page = await openTranslated(user);
  await visit(page, '/');
  await press(page, 'Send again');
  await follow(page, 'Account');
  await follow(page, 'Change password');
  await page.getByLabel('Current password').fill('wrong password');
  await page.getByLabel('New password').fill('correct horse battery staple');
  await press(page, 'Change password');
  await shows(page, /Password is wrong|wrong/);
  await page.getByLabel('Current password').fill(user.credentials.password);
  await page.getByLabel('New password').fill('correct horse battery staple');
  await press(page, 'Change password');
  await page.waitForURL('**/account**');
  await visit(page, '/account/email');
  await page.getByLabel('New email').fill(newCredentials().email);
  await page.getByLabel('Password', { exact: true }).fill('wrong password');
  await press(page, 'Send a link to the new address');
  await shows(page, /wrong/);
  await visit(page, '/account/sessions');
  await visit(page, '/account/passkeys');
  await visit(page, '/account/close');
  await page.getByLabel('Password').fill('wrong password');
  await press(page, 'Close my account for good');
  await shows(page, /Password is wrong/);
  await page.getByLabel('Password').fill('correct horse battery staple');
  await press(page, 'Close my account for good');
  await shows(page, /Your account is closed/);
  await isWhole(page);
}, 120_000);

test('When the browser translates every page, then a buyer mends a card, comes back from the bank, and has the ticket without a connection until it is refunded', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller, { city: 'Leeds', seat: '7' });
  const { id } = await hold(buyer, ticket.id);
  const page = await openTranslated(buyer);
  await visit(page, `/orders/${id}`);
  await cardFormIsReady(page);
  await press(page, /^Pay /);
  await shows(page, 'Your card number is incomplete.');
  await payByCard(page, '4000000000003220');
  await press(page, 'Fail');
  await shows(page, /This payment was not confirmed/);
  await payByCard(page, '4000000000003220');
  await press(page, 'Complete');
  await shows(page, /The ticket is yours/);

  await visit(page, '/wallet');
  const row = page.getByTestId('wallet-ticket');
  expect(await row.locator('.badge').textContent()).toBe('On its way');
  const code = randomUUID();
  const upload = uploadRequest(ticket.id, await ticketPng(code));
  await eventually(async () => expect(await seller.send(upload)).toMatchObject({ status: 200 }));
  await untilOrder(buyer, id, { delivery: { status: 'delivered' } });
  await visit(page, '/wallet');
  expect(await row.locator('.badge').textContent()).toBe('Ready');
  await row.getByRole('link').click();
  await page.getByRole('img', { name: `QR code: ${code}` }).waitFor();
  await page.locator('h1 font font').waitFor();
  const path = `/wallet/${id}`;
  await eventually(async () =>
    expect(await page.evaluate(`caches.match('${path}').then((found) => found !== undefined)`)).toBe(true),
  );
  await page.context().setOffline(true);
  await page.reload();
  await shows(page, /^Saved on .*; shown without a connection\.$/);
  await page.getByRole('img', { name: `QR code: ${code}` }).waitFor();
  await page.context().setOffline(false);
  await page.reload();
  await page.getByText(/^Saved on /).waitFor({ state: 'hidden' });
  if (isOnThisMachine()) {
    await openStripeLedger(site.processes()).refundPart(id, 1_999);
    await untilOrder(buyer, id, { status: 'cancelled', reason: 'refunded' });
    await visit(page, path);
    await shows(page, 'This order was refunded');
  }
  await isWhole(page);
}, 120_000);

test('When the browser translates every page, then several seats are listed, mended and listed again', async () => {
  const page = await openTranslated(await signUp(site.url));
  const fill = async (seats: string) => {
    await visit(page, '/tickets/new');
    await page.getByLabel('Title').fill('Cup final');
    await page.getByLabel('Price (USD)').fill('20');
    await open(page, 'List several seats at once');
    await page.getByLabel('Seats of this section and row').fill(seats);
    await press(page, 'List this ticket');
  };
  await fill(`1\n2\n${'9'.repeat(51)}`);
  await shows(page, '2 seats are listed already, the others not yet.');
  await page.getByLabel('Seats of this section and row').fill('1\n2\n3-1');
  await press(page, 'List this ticket');
  await shows(page, /ends before it begins/);
  await page.getByLabel('Seats of this section and row').fill('1\n2\n3');
  await press(page, 'List this ticket');
  await shows(page, '3 tickets listed');
  await fill('2, 5');
  await shows(page, 'You have listed some of these seats already: 2. List them again?');
  await page.getByLabel('Yes, list them again').check();
  await press(page, 'List this ticket');
  await shows(page, '2 tickets listed');
  await isWhole(page);
}, 120_000);

test('When a page is translated before its JavaScript has loaded, then React renders it anew, and it works', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller);
  const browser = await openBrowser();
  try {
    const { page, problems } = await openSession(browser, site.url, { as: buyer });
    await translateBeforeHydration(page);
    await page.goto(`/tickets/${ticket.id}`);
    // The mismatch is logged; nothing else is wrong.
    await eventually(() => expect(problems).toEqual([expect.stringContaining('React error #418')]));
    await press(page, 'Hold this ticket');
    await page.waitForURL('**/orders/*');
    await page.getByTestId('countdown').waitFor();
    await payByCard(page, '4242424242424242');
    await shows(page, /The ticket is yours/);
    expect(problems).toHaveLength(1);
  } finally {
    await browser.close();
  }
}, 60_000);
