import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findFaults, overflow, usePages } from './browser.ts';
import { openKeyboard } from './keyboard.ts';
import { ticketListResponse } from './responses.ts';
import { siteUnderTest } from './site.ts';
import { signUp, type User } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

const narrowest = { width: 320, height: 568 };

/** A new seller on a narrow phone. */
const openForm = async (withoutJavaScript = false) => {
  const seller = await signUp(site.url);
  return { seller, page: await openPage({ as: seller, viewport: narrowest, withoutJavaScript }) };
};

/** The response about the nth seat that the page lists does not arrive. */
const loseResponse = async (page: Page, nth: number): Promise<void> => {
  let sent = 0;
  await page.route('**/api/tickets', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    sent += 1;
    if (sent !== nth) return route.continue();
    await route.fetch();
    return route.abort();
  });
};

const fill = async (page: Page, seats: string, title = 'Cup final'): Promise<void> => {
  await page.goto('/tickets/new');
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Price (USD)').fill('20');
  await page.getByLabel('Row', { exact: true }).fill('F');
  await page.getByText('List several seats at once').click();
  await page.getByLabel('Seats of this section and row').fill(seats);
};

const submit = (page: Page): Promise<void> => page.getByRole('button', { name: 'List this ticket' }).click();

/** Seats and prices of all that the seller has listed, the first listed first. */
const listedBy = async (seller: User) => {
  const response = await seller.send({ method: 'GET', path: '/api/tickets?mine=true&sort=oldest' });
  return ticketListResponse.parse(response.body).map(({ seat, price, row }) => [row, seat, price]);
};

const expectAccessible = async (page: Page, withoutJavaScript = false): Promise<void> => {
  if (withoutJavaScript) expect(await overflow(page)).toBe(0);
  else expect(await findFaults(page)).toEqual([]);
  await page.setViewportSize(narrowest);
};

test('When the response about one of several seats is lost, then the form says which are listed, lists the others, and none twice', async () => {
  const { seller, page } = await openForm();
  await loseResponse(page, 3);
  await fill(page, '12–14\n20 = 40');
  await expectAccessible(page);
  await submit(page);
  await page.getByText('2 seats are listed already, the others not yet.').waitFor();
  expect(await page.getByRole('link', { name: /^Seat / }).allTextContents()).toEqual(['Seat 12', 'Seat 13']);
  await expectAccessible(page);
  expect(await listedBy(seller)).toHaveLength(3);
  await submit(page);
  await page.getByRole('heading', { name: '4 tickets listed' }).waitFor();
  expect(await listedBy(seller)).toEqual([
    ['F', '12', 20],
    ['F', '13', 20],
    ['F', '14', 20],
    ['F', '20', 40],
  ]);
  const rows = page.getByTestId('listed-ticket');
  expect(await rows.locator('p').allTextContents()).toEqual(
    ['12', '13', '14', '20'].flatMap((seat) => [
      'Add its file, so that the buyer gets it at once',
      `Row F · Seat ${seat}`,
    ]),
  );
  await expectAccessible(page);
  await rows.first().getByRole('link').click();
  await page.getByRole('button', { name: 'Upload the file' }).waitFor();

  await fill(page, '13-15');
  await submit(page);
  await page.getByText('You have listed some of these seats already: 13, 14. List them again?').waitFor();
  await expectAccessible(page);
  expect(await listedBy(seller)).toHaveLength(4);
  await page.getByLabel('Yes, list them again').check();
  await submit(page);
  await page.getByRole('heading', { name: '3 tickets listed' }).waitFor();
  expect(await listedBy(seller)).toHaveLength(7);
}, 120_000);

test('When the response about one of several seats is lost and the title is then changed, then the form asks before it lists a seat again', async () => {
  const { seller, page } = await openForm();
  await loseResponse(page, 2);
  await fill(page, '12–13\n20 = 40');
  await submit(page);
  await page.getByText('1 seat is listed already, the others not yet.').waitFor();
  await page.getByLabel('Title').fill('Grand final');
  await submit(page);
  await page.getByText('You have listed some of these seats already: 12, 13. List them again?').waitFor();
  await expectAccessible(page);
  const listed = [
    ['F', '12', 20],
    ['F', '13', 20],
    ['F', '20', 40],
  ];
  expect(await listedBy(seller)).toEqual(listed);
  await submit(page);
  await page.getByText('You have listed some of these seats already: 12, 13. List them again?').waitFor();
  expect(await listedBy(seller)).toEqual(listed);
  await page.getByLabel('Seats of this section and row').fill('20 = 40');
  await submit(page);
  await page.getByRole('heading', { name: '1 ticket listed' }).waitFor();
  expect(await listedBy(seller)).toEqual(listed);
}, 120_000);

test.each([true, false])(
  'When one of several seats is refused (JavaScript off: %s), then the form names those that are listed, lists the others once it is mended, and asks before it lists some again',
  async (withoutJavaScript) => {
    const { seller, page } = await openForm(withoutJavaScript);
    const title = 'ערב של שירים! '.repeat(14).trim();
    await fill(page, `1\n2\n${'9'.repeat(51)}\nשורה 4`, title);
    await submit(page);
    await page.getByText('2 seats are listed already, the others not yet.').waitFor();
    expect(await page.getByLabel('Seats of this section and row').getAttribute('aria-invalid')).toBe('true');
    await expectAccessible(page, withoutJavaScript);
    await page.getByLabel('Seats of this section and row').fill('1\n2\n3\nשורה 4 = 25.50');
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    await submit(page);
    await page.getByText('You are signed out. Sign in again in another tab, then list the other seats here.').waitFor();
    await page.getByText('2 seats are listed already, the others not yet.').waitFor();
    await page.context().addCookies(cookies);
    await submit(page);
    await page.getByRole('heading', { name: '4 tickets listed' }).waitFor();
    await expectAccessible(page, withoutJavaScript);
    expect(await listedBy(seller)).toEqual([
      ['F', '1', 20],
      ['F', '2', 20],
      ['F', '3', 20],
      ['F', 'שורה 4', 25.5],
    ]);
    await fill(page, '2\nשורה 4\n5', title);
    await submit(page);
    await page.getByLabel('Yes, list them again').check();
    await expectAccessible(page, withoutJavaScript);
    expect(await listedBy(seller)).toHaveLength(4);
    await submit(page);
    await page.getByRole('heading', { name: '3 tickets listed' }).waitFor();
    expect(await listedBy(seller)).toHaveLength(7);
  },
  120_000,
);

test('When only the keyboard is used, then several seats can be listed', async () => {
  const seller = await signUp(site.url);
  const page = await openPage({ as: seller });
  const keyboard = openKeyboard(page);
  await page.goto('/tickets/new');
  await page.getByLabel('Title').fill('Cup final');
  await page.getByLabel('Price (USD)').fill('20');
  await page.getByLabel('Seat', { exact: true }).focus();
  await keyboard.press(page.getByText('List several seats at once'), 'Enter');
  await keyboard.reach(page.getByLabel('Seats of this section and row'));
  await page.keyboard.type('1, 2');
  await keyboard.press(page.getByRole('button', { name: 'List this ticket' }), 'Enter');
  await page.getByRole('heading', { name: '2 tickets listed' }).waitFor();
}, 60_000);

test('When another user opens the page of what was listed, then it shows nothing of it', async () => {
  const seller = await signUp(site.url);
  const page = await openPage({ as: seller });
  await fill(page, '1, 2');
  await submit(page);
  await page.getByRole('heading', { name: '2 tickets listed' }).waitFor();
  const { pathname, search } = new URL(page.url());
  const other = await openPage({ as: await signUp(site.url) });
  await other.goto(`${pathname}${search}`);
  await other.getByText('There is no such ticket of yours.').waitFor();
}, 60_000);
