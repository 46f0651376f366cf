import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { usePages } from './browser.ts';
import { deliver, hold, list, pay, signUp, untilOrder } from './user.ts';
import { siteUnderTest } from './site.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

/** Far less than the pages take that poll. */
const liveMs = 2_500;

const heading = (page: Page, name: string) => page.getByRole('heading', { name });

/** Nothing but the stream tells the page what changes. */
const onlyStream = (page: Page) => page.route(/\/api\/(?:orders|tickets|events)\/[^/]+$/, (route) => route.abort());

/** How pages follow what changes. */
const ways: readonly (readonly [string, (page: Page) => Promise<unknown>, number])[] = [
  ['the stream', async () => undefined, liveMs],
  ['polls, as the stream is refused', (page) => page.route('**/stream', (route) => route.abort()), 15_000],
  ['polls, as the browser has no EventSource', (page) => page.addInitScript('delete globalThis.EventSource'), 15_000],
];

test.each(ways)(
  'When an order is paid elsewhere and its ticket delivered, then its open page shows both by %s, with what has happened',
  async (_way, prepare, withinMs) => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const ticket = await list(seller, { startsAt: '2031-05-01T18:30:00.000Z', timeZone: 'Europe/Zurich' });
    const { id } = await hold(buyer, ticket.id);
    const page = await openPage({ as: buyer });
    await prepare(page);
    await page.goto(`/orders/${id}`);
    await heading(page, 'Pay by card').waitFor();
    const moves = page.getByTestId('order-timeline').getByRole('listitem');
    expect(await moves.count()).toBe(2);

    expect(await pay(buyer, id)).toMatchObject({ status: 201 });
    await heading(page, 'The ticket is yours').waitFor({ timeout: withinMs });
    await heading(page, 'Your ticket is on its way').waitFor();
    await untilOrder(buyer, id, { status: 'complete' });
    await deliver(seller, ticket.id);
    await heading(page, 'Your ticket is here').waitFor({ timeout: 2 * withinMs });
    expect(await moves.allInnerTexts()).toEqual([
      expect.stringMatching(/^Ordered\s/),
      expect.stringMatching(/^Held for you\s/),
      expect.stringMatching(/^Paid\s/),
      expect.stringMatching(/^Delivered\s[^]* (?:CET|CEST)$/),
    ]);
  },
  90_000,
);

test('When a hold is given up elsewhere, then the open page of its order shows it by the stream alone, without a reload', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const { id } = await hold(buyer, (await list(seller)).id);
  const page = await openPage({ as: buyer });
  await onlyStream(page);
  await page.goto(`/orders/${id}`);
  await heading(page, 'Pay by card').waitFor();
  await page.evaluate('globalThis.sameDocument = true');
  expect(await buyer.send({ method: 'DELETE', path: `/api/orders/${id}` })).toMatchObject({ status: 204 });
  await heading(page, 'You released this ticket').waitFor({ timeout: liveMs });
  expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
});
