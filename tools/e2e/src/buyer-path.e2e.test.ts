import { expect, test } from '@jest/globals';
import { ticketPng, uploadRequest } from '@ticketing/test/ticket-file';
import { randomUUID } from 'node:crypto';
import { cardFormIsReady, Clicker, payByCard, phone, picture, usePages, violations } from './browser.ts';
import { eventually } from './eventually.ts';
import { siteUnderTest } from './site.ts';
import { list, newCredentials, signUp } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

const maxClicks = 10;

test('When somebody buys for the first time on a phone, then at most ten clicks lead from the home page to a code for the scanner', async () => {
  const title = `An evening with strings ${randomUUID().slice(0, 4)}`;
  const seller = await signUp(site.url);
  const startsAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const { id } = await list(seller, {
    title,
    startsAt,
    venue: 'Old Park',
    city: 'Leeds',
    timeZone: 'Europe/London',
    row: '3',
    seat: '7',
  });
  const code = randomUUID();
  expect(await seller.send(uploadRequest(id, await ticketPng(code)))).toMatchObject({ status: 200 });

  const page = await openPage({ viewport: phone });
  const clicker = new Clicker(page);
  const { click } = clicker;
  await eventually(async () => {
    await page.goto(`/?q=${encodeURIComponent(title)}`);
    expect(await page.getByTestId('ticket-card').count()).toBe(1);
  });
  await picture(page, 'buyer-1-home');
  await click(page.getByRole('link', { name: title }));
  await page.waitForURL('**/tickets/*');
  await picture(page, 'buyer-2-ticket');
  await click(page.getByRole('link', { name: 'Sign in to hold this ticket' }));
  await page.waitForURL('**/signin?*');
  await click(page.getByRole('link', { name: 'Create an account' }));
  await page.waitForURL('**/signup?*');
  const { email, password } = newCredentials();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await picture(page, 'buyer-3-account');
  await click(page.getByRole('button', { name: 'Create account' }));
  await click(page.getByRole('button', { name: 'Hold this ticket' }));
  await page.getByRole('heading', { name: 'Pay by card' }).waitFor();
  await cardFormIsReady(page);
  await picture(page, 'buyer-4-payment');
  await payByCard(page, '4242424242424242');
  clicker.clicks += 1;
  await page.getByRole('heading', { name: 'The ticket is yours' }).scrollIntoViewIfNeeded();
  await picture(page, 'buyer-5-paid');
  await click(page.getByRole('link', { name: 'Show the code' }));
  const drawing = page.getByRole('img', { name: `QR code: ${code}` });
  await drawing.waitFor();
  // Without scrolling: whoever stands at the entrance has one hand.
  const { y, height } = (await drawing.boundingBox()) ?? { y: Infinity, height: 0 };
  expect(y + height).toBeLessThanOrEqual(phone.height);
  await picture(page, 'buyer-6-code');
  expect(await violations(page)).toEqual([]);
  expect(clicker.clicks).toBeLessThanOrEqual(maxClicks);
}, 180_000);
