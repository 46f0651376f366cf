import { expect, test } from '@jest/globals';
import { ticketPng, uploadRequest } from '@ticketing/test/ticket-file';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { overflow, usePages, violations } from './browser.ts';
import { eventually } from './eventually.ts';
import { openKeyboard } from './keyboard.ts';
import { siteUnderTest } from './site.ts';
import { hold, list, pay, signUp, ticketOf, untilOrder, type User } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

/** A picture of a ticket whose code no other has, and one without a code. */
const ticketFile = () => ticketPng(randomUUID());
const codelessFile = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const phone = { width: 375, height: 667 };

const png = (buffer: Buffer) => ({ name: 'ticket.png', mimeType: 'image/png', buffer });

const chosen = (page: Page) => page.getByLabel('PDF or picture of the ticket');

/** Axe needs the page's JavaScript. */
const expectAccessible = async (page: Page, withoutJavaScript = false): Promise<void> => {
  expect(await overflow(page)).toBe(0);
  if (!withoutJavaScript) expect(await violations(page)).toEqual([]);
};

/** Sells the ticket, which its seller has not delivered unless its file is there. */
const sell = async (seller: User, buyer: User, ticketId: string): Promise<string> => {
  const { id } = await hold(buyer, ticketId);
  expect(await pay(buyer, id)).toMatchObject({ status: 201 });
  await untilOrder(buyer, id, { status: 'complete' });
  await eventually(async () => expect(await ticketOf(seller, ticketId)).toHaveProperty('soldAt'));
  return id;
};

const upload = async (seller: User, ticketId: string, file: Buffer): Promise<void> =>
  expect(await seller.send(uploadRequest(ticketId, file))).toMatchObject({ status: 200 });

test.each([false, true])(
  'When a seller lists a ticket (JavaScript off: %s), then the page leads to its file, which they can replace until it is held',
  async (withoutJavaScript) => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const page = await openPage({ as: seller, viewport: phone, withoutJavaScript });
    await page.goto('/tickets/new');
    await page.getByLabel('Title').fill('Cup final');
    await page.getByLabel('Price (USD)').fill('20');
    await page.getByRole('button', { name: 'List this ticket' }).click();
    await page.getByText('Your ticket is listed.').waitFor();
    await expectAccessible(page, withoutJavaScript);
    await page.getByRole('link', { name: 'add the ticket file' }).click();
    const ticketId = new URL(page.url()).pathname.split('/').at(-1) ?? '';

    await page.getByRole('button', { name: 'Upload the file' }).click();
    await page.getByText('Choose the file of the ticket').waitFor();
    await chosen(page).setInputFiles({ ...png(await ticketFile()), mimeType: 'text/plain', name: 'a.txt' });
    await page.getByRole('button', { name: 'Upload the file' }).click();
    await page.getByText('Only PDF, PNG and JPEG files can be uploaded').waitFor();
    await chosen(page).setInputFiles(png(Buffer.from('not a picture')));
    await page.getByRole('button', { name: 'Upload the file' }).click();
    await page.getByText('This file is not a PNG picture').waitFor();
    const file = await ticketFile();
    await chosen(page).setInputFiles(png(file));
    await page.getByRole('button', { name: 'Upload the file' }).click();
    await page.getByText('Your file is stored.').waitFor();
    await page.getByText('you have nothing more to do').waitFor();
    await expectAccessible(page, withoutJavaScript);
    expect(await ticketOf(seller, ticketId)).toMatchObject({ delivery: 'instant' });

    const other = await list(seller);
    await page.goto(`/tickets/${other.id}`);
    await chosen(page).setInputFiles(png(file));
    await page.getByRole('button', { name: 'Upload the file' }).click();
    await page.getByText('This ticket is listed already').waitFor();

    await page.goto(`/tickets/${ticketId}`);
    await page.getByText('Replace it', { exact: true }).click();
    await chosen(page).setInputFiles(png(file));
    await page.getByRole('button', { name: 'Replace the file' }).click();
    await page.getByText('Your file is stored.').waitFor();
    // The form begins anew, also when the same file came again.
    const again = page.getByRole('button', { name: 'Replace the file' });
    if (!(await again.isVisible())) await page.getByText('Replace it', { exact: true }).click();
    await again.click();
    await page.getByText('Choose the file of the ticket').waitFor();

    await hold(buyer, ticketId);
    await page.goto(`/tickets/${ticketId}`);
    await page.getByText('While they hold it, the file can’t be changed.').waitFor();
    expect(await chosen(page).count()).toBe(0);
  },
  180_000,
);

test.each([false, true])(
  'When a sold ticket has no file (JavaScript off: %s), then its seller sees until when, and delivers it, if it has no code after confirming that',
  async (withoutJavaScript) => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const ticket = await list(seller);
    await sell(seller, buyer, ticket.id);
    const page = await openPage({ as: seller, viewport: phone, withoutJavaScript });
    await page.goto('/my-tickets');
    const row = page.getByTestId('my-ticket');
    expect(await row.locator('.badge').textContent()).toBe('To deliver');
    await row.getByText(/^Deliver it by .* UTC, or the buyer is refunded$/).waitFor();
    await expectAccessible(page, withoutJavaScript);
    await eventually(async () => {
      await page.goto('/sales');
      expect(await page.getByTestId('sale').count()).toBe(1);
    });
    expect(await page.getByTestId('count-to-deliver').innerText()).toMatch(/^To deliver\s+1\s+\$19\.99$/);
    const due = page.getByTestId('to-deliver');
    await due.getByText(/^Deliver it by .* UTC, or the buyer is refunded$/).waitFor();
    await expectAccessible(page, withoutJavaScript);
    await due.getByRole('link', { name: ticket.title }).click();
    await page.getByRole('heading', { name: 'Deliver this ticket' }).waitFor();
    await expectAccessible(page, withoutJavaScript);

    await chosen(page).setInputFiles(png(codelessFile));
    await page.getByRole('button', { name: 'Deliver the ticket' }).click();
    await page.getByText('No code could be read in this file.').waitFor();
    await expectAccessible(page, withoutJavaScript);
    expect(await ticketOf(seller, ticket.id)).not.toHaveProperty('deliveredAt');
    // Only a browser with JavaScript still has the file.
    if (withoutJavaScript) await chosen(page).setInputFiles(png(codelessFile));
    await page.getByRole('button', { name: 'There is no code on it, upload it all the same' }).click();
    await page.getByText('The ticket is delivered.').waitFor();
    await page.getByRole('heading', { name: 'Delivered' }).waitFor();
    expect(await chosen(page).count()).toBe(0);
    await page.goto('/my-tickets');
    expect(await row.locator('.badge').textContent()).toBe('Sold');
    await page.goto('/sales');
    expect(await page.getByTestId('sale').count()).toBe(1);
    expect(await due.count()).toBe(0);
  },
  180_000,
);

test.each([
  [false, 6],
  [true, 5.5],
  [true, 7],
])(
  'When a file is too large (JavaScript off: %s, %d MB), then the seller reads so, and nothing is stored',
  async (withoutJavaScript, megabytes) => {
    const seller = await signUp(site.url);
    const ticket = await list(seller);
    const page = await openPage({ as: seller, viewport: phone, withoutJavaScript });
    await page.goto(`/tickets/${ticket.id}`);
    await chosen(page).setInputFiles(png(Buffer.alloc(megabytes * 1024 * 1024)));
    await page.getByRole('button', { name: 'Upload the file' }).click();
    await page.getByText('This file is larger than 5 MB').waitFor();
    await expectAccessible(page, withoutJavaScript);
    expect(await ticketOf(seller, ticket.id)).toMatchObject({ delivery: 'by_seller' });
  },
  60_000,
);

test('When only the keyboard is used, then a seller reaches the file and the confirmation that it has no code', async () => {
  const seller = await signUp(site.url);
  const ticket = await list(seller);
  const page = await openPage({ as: seller, viewport: phone });
  const keyboard = openKeyboard(page);
  await page.goto(`/tickets/${ticket.id}`);
  await keyboard.reach(chosen(page));
  await chosen(page).setInputFiles(png(codelessFile));
  await keyboard.press(page.getByRole('button', { name: 'Upload the file' }), 'Enter');
  await page.getByText('No code could be read in this file.').waitFor();
  await keyboard.press(page.getByRole('button', { name: 'There is no code on it, upload it all the same' }), 'Space');
  await page.getByText('Your file is stored.').waitFor();
}, 60_000);

test('When a ticket has its file, then buyers see that it is delivered at once, and only its buyer downloads it, also without JavaScript', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller, { startsAt: '2031-05-01T18:30:00.000Z' });
  const file = await ticketFile();
  const page = await openPage({ as: buyer, viewport: phone });
  await page.goto(`/tickets/${ticket.id}`);
  await page.getByTestId('ticket-delivery').getByText('Delivered by the seller within').waitFor();
  await upload(seller, ticket.id, file);
  await page.reload();
  await page.getByTestId('ticket-delivery').getByText('Delivered at once').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Hold this ticket' }).click();
  await page.getByRole('heading', { name: 'Pay by card' }).waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  expect(await pay(buyer, id)).toMatchObject({ status: 201 });
  // The open page shows it by itself.
  const link = page.getByRole('link', { name: 'Download your ticket' });
  await link.waitFor();
  await expectAccessible(page);
  const plain = await openPage({ as: buyer, viewport: phone, withoutJavaScript: true });
  for (const each of [page, plain]) {
    for (const path of [`/orders/${id}`, `/tickets/${ticket.id}`]) {
      await each.goto(path);
      const downloading = each.waitForEvent('download');
      await each.getByRole('link', { name: 'Download your ticket' }).click();
      expect(await readFile(await (await downloading).path())).toEqual(file);
    }
  }
  await page.goto('/orders');
  await page.getByTestId('order-row').getByText('Your ticket is ready to download').waitFor();
  await expectAccessible(page);
  await page.goto(`/tickets/${(await list(seller)).id}`);
  expect(await page.getByRole('link', { name: 'Download your ticket' }).count()).toBe(0);
}, 240_000);

test('When a ticket is to be delivered by its seller, then its buyer reads until when, and the open page shows it once it is there', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller);
  const id = await sell(seller, buyer, ticket.id);
  const page = await openPage({ as: buyer, viewport: phone });
  await page.goto('/orders');
  await page.getByTestId('order-row').getByText('or you get your money back').waitFor();
  await page.goto(`/orders/${id}`);
  await page
    .getByTestId('delivery')
    .getByText(/^The seller delivers it here by .* UTC/)
    .waitFor();
  await expectAccessible(page);
  await upload(seller, ticket.id, await ticketFile());
  await page.getByRole('link', { name: 'Download your ticket' }).waitFor();
}, 180_000);
