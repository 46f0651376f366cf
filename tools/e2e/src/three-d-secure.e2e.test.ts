import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { cardFormIsReady, overflow, payByCard, phone, usePages, violations } from './browser.ts';
import { siteUnderTest } from './site.ts';
import { hold, list, pay, signUp, untilOrder } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

const card = '4000 0000 0000 3220';
const token = 'tok_threeDSecure2Required';
const pending = z.object({ nextAction: z.object({ url: z.string() }) });

const newOrder = async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const { id } = await list(seller);
  return { buyer, order: await hold(buyer, id) };
};

const atBank = async (page: Page, outcome: 'Complete' | 'Fail'): Promise<void> => {
  await page.getByRole('button', { name: outcome }).click();
  await page.waitForURL(/\/orders\/.*from=bank/);
};

test('When the bank wants a confirmation, then the buyer fails it, tries again and completes it', async () => {
  const { buyer, order } = await newOrder();
  const page = await openPage({ as: buyer, viewport: phone });
  await page.goto(`/orders/${order.id}`);
  await payByCard(page, card);
  await atBank(page, 'Fail');
  await page.getByText('This payment was not confirmed.').waitFor();
  await payByCard(page, card);
  await atBank(page, 'Complete');
  await page.getByRole('heading', { name: 'The ticket is yours' }).waitFor();
  await untilOrder(buyer, order.id, { status: 'complete' });
}, 60_000);

test('When the buyer leaves the page of the bank, then the order offers to go on there or to use another card', async () => {
  const { buyer, order } = await newOrder();
  expect((await pay(buyer, order.id, token)).status).toBe(202);
  const page = await openPage({ as: buyer, viewport: { ...phone, width: 320 } });
  // What the address says is not believed.
  await page.goto(`/orders/${order.id}?from=bank&redirect_status=succeeded`);
  await page.getByRole('link', { name: 'Go on at your bank' }).waitFor();
  await page.getByRole('heading', { name: 'Use another card' }).waitFor();
  // Until then the Pay button fades from disabled to enabled.
  await cardFormIsReady(page);
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await payByCard(page, '4242 4242 4242 4242');
  await page.getByRole('heading', { name: 'The ticket is yours' }).waitFor();
}, 60_000);

test('When the browser has no JavaScript, then the buyer can go on at the bank and comes back to the outcome', async () => {
  const { buyer, order } = await newOrder();
  const response = await pay(buyer, order.id, token);
  expect(pending.parse(response.body).nextAction.url).toMatch(/^http/);
  const page = await openPage({ as: buyer, withoutJavaScript: true });
  await page.goto(`/orders/${order.id}`);
  await page.getByRole('link', { name: 'Go on at your bank' }).click();
  await atBank(page, 'Complete');
  await untilOrder(buyer, order.id, { status: 'complete' });
  await page.reload();
  await page.getByRole('heading', { name: 'The ticket is yours' }).waitFor();
  expect((await pay(buyer, order.id, token)).status).toBe(201);
}, 60_000);
