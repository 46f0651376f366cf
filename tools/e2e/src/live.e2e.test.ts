import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { cardFormIsReady, overflow, usePages, violations } from './browser.ts';
import { deliver, hold, list, pay, signUp, untilOrder } from './user.ts';
import { eventually } from './eventually.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { openStripeLedger } from './stripe-ledger.ts';

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

test.each(ways)(
  'When a ticket is repriced, held, released and sold, then its open page shows each by %s, and keeps the focus',
  async (_way, prepare, withinMs) => {
    const [seller, buyer, other] = await Promise.all([signUp(site.url), signUp(site.url), signUp(site.url)]);
    const ticket = await list(seller, { price: 20 });
    const page = await openPage({ as: buyer });
    await prepare(page);
    await page.goto(`/tickets/${ticket.id}`);
    await page.getByRole('button', { name: 'Hold this ticket' }).waitFor();
    await page.evaluate('globalThis.sameDocument = true');
    const category = page.getByRole('main').getByRole('link', { name: 'Other events' }).first();
    await category.focus();
    const shows = (text: string | RegExp) =>
      page.getByTestId('ticket-news').getByText(text).waitFor({ timeout: withinMs, state: 'attached' });

    const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: ticket.title, price: 30 } };
    expect(await seller.send(edit)).toMatchObject({ status: 200 });
    await shows('The price is $30.00 now, no longer $20.00.');
    expect(await page.getByTestId('ticket-price').textContent()).toBe('$30.00');
    await page.getByRole('button', { name: 'Hold at $30.00' }).waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await violations(page)).toEqual([]);

    const first = await hold(other, ticket.id);
    await shows('This ticket is on hold.');
    await page.getByText('Another buyer holds this ticket.').waitFor();
    expect(await page.getByTestId('ticket-state').textContent()).toBe('On hold');
    expect(await other.send({ method: 'DELETE', path: `/api/orders/${first.id}` })).toMatchObject({ status: 204 });
    await shows('This ticket is on sale again.');
    await page.getByRole('button', { name: 'Hold this ticket' }).waitFor();

    const { id } = await eventually(() => hold(other, ticket.id));
    expect(await pay(other, id)).toMatchObject({ status: 201 });
    await shows('This ticket is sold.');
    await page.getByText('Another buyer has bought this ticket.').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Other events');
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
  },
  120_000,
);

test.each(ways)(
  'When a ticket is withdrawn, then those who look at it learn that by %s, and cannot hold it any more',
  async (_way, prepare, withinMs) => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const ticket = await list(seller);
    const page = await openPage({ as: buyer });
    await prepare(page);
    await page.goto(`/tickets/${ticket.id}`);
    await page.getByRole('button', { name: 'Hold this ticket' }).waitFor();
    expect(await seller.send({ method: 'DELETE', path: `/api/tickets/${ticket.id}` })).toMatchObject({ status: 204 });
    await page.getByTestId('ticket-state').getByText('Withdrawn').waitFor({ timeout: withinMs });
    expect(await page.getByRole('button', { name: /^Hold/ }).count()).toBe(0);
  },
  60_000,
);

test.each(ways)(
  'When tickets of an event are listed, held and sold, then its open page shows what is left by %s',
  async (_way, prepare, withinMs) => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const event = { title: `Derby ${randomUUID().slice(0, 8)}`, startsAt: '2031-05-01T18:30:00.000Z', city: 'Leeds' };
    const cheap = await list(seller, { ...event, price: 10, seat: '1' });
    const page = await openPage();
    await prepare(page);
    await eventually(async () => {
      const response = await buyer.send({ method: 'GET', path: `/api/events/${cheap.eventId}` });
      expect(response).toMatchObject({ status: 200, body: { onSale: 1 } });
    });
    await page.goto(`/events/${cheap.eventId}`);
    await page.evaluate('globalThis.sameDocument = true');
    const left = async (text: string, seats: readonly string[]) => {
      await page.getByTestId('event-left').getByText(text).waitFor({ timeout: withinMs });
      await eventually(async () =>
        expect(await page.getByTestId('event-ticket').getByRole('link').allInnerTexts()).toEqual(seats),
      );
    };
    await left('1 ticket left, from $10.00', ['Seat 1']);
    const dear = await list(seller, { ...event, price: 25, seat: '2' });
    await left('2 tickets left, from $10.00', ['Seat 1', 'Seat 2']);
    const edit = { ...event, price: 30, seat: '2b' };
    expect(await seller.send({ method: 'PUT', path: `/api/tickets/${dear.id}`, body: edit })).toMatchObject({
      status: 200,
    });
    await page.getByTestId('event-ticket').getByText('$30.00').waitFor({ timeout: withinMs });
    await left('2 tickets left, from $10.00', ['Seat 1', 'Seat 2b']);
    const { id } = await hold(buyer, cheap.id);
    await left('1 ticket left, from $30.00', ['Seat 2b']);
    expect(await pay(buyer, id)).toMatchObject({ status: 201 });
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
  },
  90_000,
);

test('When a buyer holds a ticket whose seller has chosen its file, then the chosen file stays, and once it is not, the page shows the hold', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller);
  const page = await openPage({ as: seller });
  await page.goto(`/tickets/${ticket.id}`);
  const file = page.getByLabel('PDF or picture of the ticket');
  await file.setInputFiles({ name: 'ticket.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-') });
  await hold(buyer, ticket.id);
  await page.getByTestId('ticket-state').getByText('On hold').waitFor();
  expect(await file.inputValue()).toContain('ticket.pdf');
  await file.setInputFiles([]);
  await page.getByText('While a buyer holds this ticket, no file can be added.').waitFor();
});

testOnThisMachine('When a delivered order is refunded, then its open page and that of its ticket show it', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller, { price: 20 });
  const { id } = await hold(buyer, ticket.id);
  expect(await pay(buyer, id)).toMatchObject({ status: 201 });
  await untilOrder(buyer, id, { status: 'complete' });
  await deliver(seller, ticket.id);
  const [ofOrder, ofTicket] = await Promise.all([openPage({ as: buyer }), openPage({ as: buyer })]);
  await ofOrder.goto(`/orders/${id}`);
  await heading(ofOrder, 'Your ticket is here').waitFor();
  await ofTicket.goto(`/tickets/${ticket.id}`);
  await heading(ofTicket, 'Your ticket is here').waitFor();
  await openStripeLedger(site.processes()).refundPart(id, 2_000);
  await heading(ofOrder, 'This order was refunded').waitFor();
  await ofTicket.getByText('You had bought this ticket, and got your money back.').waitFor();
  await ofOrder.getByText('Your payment of $20.00 has been refunded to your card.').waitFor();
});

/** What a browser's translator does to every text. */
const translate = `(() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) if (texts.currentNode.data.trim() !== '' && texts.currentNode.parentElement.closest('script,style') === null) found.push(texts.currentNode);
  for (const text of found) {
    const font = document.createElement('font');
    text.replaceWith(font);
    font.append(text.data);
  }
})()`;

test('When a browser has translated the pages of a ticket and of an order, then they still follow what changes', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const ticket = await list(seller, { price: 20 });
  const page = await openPage({ as: buyer });
  // Then the page's JavaScript runs.
  const followed = page.waitForRequest('**/stream');
  await page.goto(`/tickets/${ticket.id}`);
  await followed;
  await page.evaluate(translate);
  const edit = { method: 'PUT', path: `/api/tickets/${ticket.id}`, body: { title: 'Final', price: 30 } };
  expect(await seller.send(edit)).toMatchObject({ status: 200 });
  await heading(page, 'Final').waitFor();
  await page.getByTestId('ticket-price').getByText('$30.00').waitFor();
  await page.getByRole('button', { name: 'Hold at $30.00' }).click();
  await heading(page, 'Pay by card').waitFor();
  await cardFormIsReady(page);
  await page.evaluate(translate);
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  expect(await pay(buyer, id)).toMatchObject({ status: 201 });
  await heading(page, 'The ticket is yours').waitFor();
});
