import { expect, test } from '@jest/globals';
import { readCodes, ticketPng, uploadRequest } from '@ticketing/test/ticket-file';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { overflow, phone, usePages, violations } from './browser.ts';
import { eventually } from './eventually.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { openStripeLedger } from './stripe-ledger.ts';
import { orderResponse } from './responses.ts';
import { list, order as orderTicket, orderOf, pay, signUp, untilOrder, type User } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

const day = 24 * 60 * 60_000;
const listing = {
  title: 'Cup final',
  venue: 'Großes Haus',
  city: 'Zürich',
  timeZone: 'Europe/Zurich',
  section: 'Block C',
  row: '12',
  seat: '7',
  startsAt: new Date(Date.now() + 30 * day).toISOString(),
};

interface Bought {
  readonly seller: User;
  readonly buyer: User;
  readonly ticketId: string;
  readonly orderId: string;
  readonly code: string;
}

const buy = async ({
  buyer: given,
  isDelivered = true,
}: { readonly buyer?: User; readonly isDelivered?: boolean } = {}): Promise<Bought> => {
  const [seller, buyer] = await Promise.all([signUp(site.url), given ?? signUp(site.url)]);
  const { id: ticketId } = await list(seller, listing);
  const code = randomUUID();
  if (isDelivered)
    expect(await seller.send(uploadRequest(ticketId, await ticketPng(code)))).toMatchObject({ status: 200 });
  // Until orders knows of the file, the listing has changed for it.
  const order = await eventually(async () => {
    const response = await orderTicket(buyer, ticketId, { expectedVersion: isDelivered ? 1 : 0 });
    const { id } = orderResponse.parse(response.body);
    const found = await eventually(async () => {
      const current = await orderOf(buyer, id);
      expect(current.status).not.toBe('created');
      return current;
    });
    expect(found.status).toBe('awaiting:payment');
    return found;
  });
  expect(await pay(buyer, order.id)).toMatchObject({ status: 201 });
  await untilOrder(buyer, order.id, { status: 'complete' });
  if (isDelivered)
    await eventually(async () => expect((await orderOf(buyer, order.id)).delivery?.status).toBe('delivered'));
  return { seller, buyer, ticketId, orderId: order.id, code };
};

/** The names of the caches of saved pages. */
const savedPages = async (page: Page): Promise<string[]> =>
  z.array(z.string()).parse(await page.evaluate('caches.keys()'));

/** By path, whether a saved page is there with all that it loads, which are stored before it. `caches.open` would make it again. */
const areWhole = `caches.keys().then((names) => Promise.all(names.map(async (cacheName) => {
  const path = cacheName.split(' ').at(-1);
  return [path, (await caches.match(path, { cacheName })) !== undefined];
})))`;

const expectSaved = (page: Page, paths: readonly string[]): Promise<void> =>
  eventually(async () => {
    const saved = z.array(z.tuple([z.string(), z.boolean()])).parse(await page.evaluate(areWhole));
    expect(new Map(saved)).toEqual(new Map(paths.map((path) => [path, true])));
  });

const offline = (context: BrowserContext): Promise<void> => context.setOffline(true);

test.each([false, true])(
  'When a ticket is delivered (JavaScript off: %s), then its buyer finds it in the wallet with a code that a scanner reads',
  async (withoutJavaScript) => {
    const { buyer, code, orderId } = await buy();
    const page = await openPage({ as: buyer, viewport: { width: 320, height: 640 }, withoutJavaScript });
    await page.goto('/');
    await page.getByText('Menu', { exact: true }).click();
    await page.getByRole('link', { name: 'My tickets' }).click();
    const row = page.getByTestId('wallet-ticket');
    expect(await row.locator('.badge').textContent()).toBe('Ready');
    expect(await row.innerText()).toContain('Block C · Row 12 · Seat 7');
    expect(await overflow(page)).toBe(0);
    if (!withoutJavaScript) expect(await violations(page, ['minor', 'moderate', 'serious', 'critical'])).toEqual([]);
    await row.getByRole('link', { name: 'Cup final' }).click();
    await page.waitForURL(`**/wallet/${orderId}`);
    await page.getByRole('img', { name: `QR code: ${code}` }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await readCodes(await page.screenshot({ fullPage: true }))).toEqual([code]);
      if (!withoutJavaScript) expect(await violations(page)).toEqual([]);
    }
    expect(await page.getByTestId('seat').textContent()).toBe('Block C · Row 12 · Seat 7');
    expect(await overflow(page)).toBe(0);
    if (!withoutJavaScript) expect(await violations(page, ['minor', 'moderate', 'serious', 'critical'])).toEqual([]);
  },
  180_000,
);

test('When a ticket was opened once, then it is shown without a connection, until its buyer signs out', async () => {
  const { buyer, code, orderId } = await buy();
  const page = await openPage({ as: buyer, viewport: phone });
  const path = `/wallet/${orderId}`;
  await page.goto(path);
  await expectSaved(page, [path]);
  await offline(page.context());
  await page.reload();
  await page.getByRole('img', { name: `QR code: ${code}` }).waitFor();
  await page.getByText(/^Saved on .*; shown without a connection\.$/).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate('getComputedStyle(document.querySelector(".gate")).backgroundColor')).toBe(
    'rgb(255, 255, 255)',
  );
  // Other pages are not the worker's.
  await expect(page.goto('/orders')).rejects.toThrow('ERR_INTERNET_DISCONNECTED');
  await page.context().setOffline(false);

  await page.goto('/');
  await page.getByText('Menu', { exact: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await eventually(async () =>
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('session'),
  );
  await expectSaved(page, []);
  await offline(page.context());
  await expect(page.goto(path)).rejects.toThrow('ERR_INTERNET_DISCONNECTED');
}, 180_000);

test('When the list is opened, then it is kept, and tickets that are not in it are forgotten', async () => {
  const { buyer, orderId } = await buy();
  const page = await openPage({ as: buyer, viewport: phone });
  const path = `/wallet/${orderId}`;
  await page.goto(path);
  await expectSaved(page, [path]);
  await page.goto('/wallet');
  await expectSaved(page, [path, '/wallet']);
  await offline(page.context());
  await page.reload();
  await page.getByText(/^Saved on /).waitFor();
  await page.getByTestId('wallet-ticket').getByRole('link').click();
  await page.waitForURL(`**${path}`);
  await page.getByTestId('code').waitFor();
  await page.context().setOffline(false);
  const other = await signUp(site.url);
  const [name = '', value = ''] = other.cookie.split('=', 2);
  await page.context().addCookies([{ name, value, url: site.url }]);
  await page.goto('/wallet');
  await page.getByTestId('empty').waitFor();
  await expectSaved(page, ['/wallet']);
}, 180_000);

test('When the session has ended, then nothing of the wallet is kept', async () => {
  const { buyer, orderId } = await buy();
  const page = await openPage({ as: buyer, viewport: phone });
  await page.goto(`/wallet/${orderId}`);
  await expectSaved(page, [`/wallet/${orderId}`]);
  expect(await buyer.send({ method: 'POST', path: '/api/users/signout', body: {} })).toMatchObject({ status: 200 });
  await eventually(async () => {
    await page.goto(`/wallet/${orderId}`);
    expect(new URL(page.url()).pathname).toBe('/signin');
  });
  await expectSaved(page, []);
}, 180_000);

testOnThisMachine(
  'When a saved ticket is refunded, then the wallet says so and keeps it no longer, and the API gives its buyer neither file nor codes',
  async () => {
    const { seller, buyer, ticketId, orderId } = await buy();
    const page = await openPage({ as: buyer, viewport: phone });
    const path = `/wallet/${orderId}`;
    await page.goto(path);
    await expectSaved(page, [path]);
    const files = [`/api/tickets/${ticketId}/file`, `/api/tickets/${ticketId}/file/codes`];
    const read = (user: User) => Promise.all(files.map((file) => user.send({ method: 'GET', path: file })));
    expect(await read(buyer)).toMatchObject([{ status: 200 }, { status: 200 }]);
    await openStripeLedger(site.processes()).refundPart(orderId, 1_999);
    await untilOrder(buyer, orderId, { status: 'cancelled', reason: 'refunded' });
    await eventually(async () => expect(await read(buyer)).toMatchObject([{ status: 401 }, { status: 401 }]));
    expect(await read(seller)).toMatchObject([{ status: 401 }, { status: 401 }]);

    // Each time it is opened, the page has the worker forget it.
    await eventually(async () => {
      await page.goto(path);
      await expectSaved(page, []);
    }, 60_000);
    await page.getByText('This order was refunded').first().waitFor();
    expect(await page.getByTestId('code').count()).toBe(0);

    await page.goto('/wallet');
    await page.getByTestId('empty').waitFor();
    const row = page.getByTestId('wallet-undone');
    expect(await row.locator('.badge').textContent()).toBe('Refunded');
    await row.getByText('So the ticket is no longer yours.').waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
    await row.getByRole('link', { name: 'Cup final' }).click();
    await page.waitForURL(`**/orders/${orderId}`);
    await page.getByRole('heading', { name: 'This order was refunded' }).waitFor();
  },
  180_000,
);

test('When more tickets are opened than are kept, then the last ones are', async () => {
  const { buyer, orderId } = await buy();
  const page = await openPage({ as: buyer, viewport: phone });
  await page.goto(`/wallet/${orderId}`);
  await expectSaved(page, [`/wallet/${orderId}`]);
  // Pages saved earlier, as the worker stores them.
  await page.evaluate(`Promise.all(Array.from({ length: 30 }, (_, index) =>
    caches.open('wallet-1 2020-01-01T00:00:' + String(index).padStart(2, '0') + '.000Z  ${buyer.id} /wallet/' + index)))`);
  await page.reload();
  await eventually(async () => expect(await savedPages(page)).toHaveLength(13));
  expect(await savedPages(page)).toContainEqual(expect.stringContaining(orderId));
  expect(await savedPages(page)).toContainEqual(expect.stringMatching(/ \/wallet\/29$/));
}, 180_000);

test('When a ticket is not delivered yet, then the wallet says until when, and it is not kept', async () => {
  const { buyer, orderId } = await buy({ isDelivered: false });
  const page = await openPage({ as: buyer, viewport: phone });
  await page.goto('/wallet');
  const row = page.getByTestId('wallet-ticket');
  expect(await row.locator('.badge').textContent()).toBe('On its way');
  await row.getByText(/^The seller delivers it by /).waitFor();
  await row.getByRole('link').click();
  await page.getByRole('heading', { name: 'Your ticket is on its way' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await expectSaved(page, ['/wallet']);
  // As if it had been kept.
  await page.evaluate(`caches.open('wallet-1 2020-01-01T00:00:00.000Z  ${buyer.id} /wallet/${orderId}')`);
  await page.reload();
  await expectSaved(page, ['/wallet']);
}, 180_000);

test('When pages are forgotten while files are looked for in them, then none of them comes back', async () => {
  const { buyer, orderId } = await buy();
  const page = await openPage({ as: buyer, viewport: phone });
  const path = `/wallet/${orderId}`;
  await page.goto(path);
  await expectSaved(page, [path]);
  await page.evaluate(`(async () => {
    const names = Array.from({ length: 100 }, (_, index) =>
      'wallet-1 2020-01-01T00:00:00.' + String(index).padStart(3, '0') + 'Z  ${buyer.id} /wallet/other');
    await Promise.all(names.map((name) => caches.open(name)));
    const { active } = await navigator.serviceWorker.ready;
    const { href } = document.querySelector('link[rel="stylesheet"]');
    const files = Array.from({ length: 20 }, (_, index) => fetch(href + '?' + index));
    active.postMessage({ owner: '${buyer.id}', path: '/wallet/other', action: 'forget', loaded: [] });
    await Promise.all(files);
  })()`);
  await expectSaved(page, [path]);
}, 180_000);

test('When a buyer adds the ticket to a calendar, then it is the entry that the mail has', async () => {
  const { buyer, orderId } = await buy();
  const page = await openPage({ as: buyer, viewport: phone });
  await page.goto(`/wallet/${orderId}`);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Add to my calendar' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('event.ics');
  const entry = await readFile(await file.path(), 'utf8');
  expect(entry).toContain('SUMMARY:Cup final\r\n');
  expect(entry).toContain(`UID:${orderId}@`);
  const stranger = await signUp(site.url);
  const refused = await stranger.send({ method: 'GET', path: `/orders/${orderId}/event.ics` });
  expect(refused.status).toBe(307);
}, 180_000);
