import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { overflow, phone, usePages, violations } from './browser.ts';
import { eventually } from './eventually.ts';
import { eventResponse, type Event } from './responses.ts';
import { siteUnderTest } from './site.ts';
import { list, signUp } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);
const narrowest = { ...phone, width: 320 };

/** Two tickets of one event, whose title contains a word that no other has. */
const listed = async () => {
  const seller = await signUp(site.url);
  const word = `w${randomUUID().replaceAll(/\W/g, '').slice(0, 12)}`;
  const details = {
    title: `${word} </script><b>Ümlaut & 東京</b>`,
    venue: 'Stadium',
    city: 'Zürich',
    startsAt: '2040-05-01T20:00:00.000Z',
    timeZone: 'Europe/Zurich',
  };
  const tickets = [
    await list(seller, { ...details, price: 30, row: 'F', seat: '12' }),
    await list(seller, { ...details, price: 20, seat: '13' }),
  ];
  const event = await eventually(async (): Promise<Event> => {
    const { body } = await seller.send({ method: 'GET', path: `/api/events/${tickets[0]?.eventId}` });
    const found = eventResponse.parse(body);
    expect(found).toMatchObject({ title: details.title, onSale: 2, fromPrice: 20 });
    return found;
  });
  return { seller, word, details, tickets, event };
};

test('When two tickets of an event are listed, then its page shows both, what is left and from what price, without JavaScript', async () => {
  const { details, event, seller, tickets } = await listed();
  const page = await openPage({ withoutJavaScript: true, viewport: narrowest });
  const response = await page.goto(`/tickets/${tickets[0]?.id}`);
  expect(response?.status()).toBe(200);
  await page.getByRole('link', { name: 'All tickets of this event' }).click();
  await page.getByRole('heading', { level: 1, name: details.title }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(new RegExp(`^/events/${event.id}/w[^/]+$`));
  expect(await page.getByTestId('event-left').textContent()).toBe('2 tickets left, from $20.00');
  expect(await page.getByTestId('event-ticket').allInnerTexts()).toEqual([
    expect.stringMatching(/^Seat 13\s+Delivered by the seller within 48 hours\s+\$20\.00$/),
    expect.stringMatching(/^Row F · Seat 12\s+Delivered by the seller within 48 hours\s+\$30\.00$/),
  ]);
  expect(await overflow(page)).toBe(0);

  const canonical = await page.locator('link[rel="canonical"]').getAttribute('href');
  expect(canonical).toBe(page.url());
  expect(await page.locator('meta[property="og:url"]').getAttribute('content')).toBe(canonical);
  expect(await page.locator('meta[property="og:title"]').getAttribute('content')).toBe(details.title);
  const data: unknown = JSON.parse((await page.locator('script[type="application/ld+json"]').textContent()) ?? '');
  expect(data).toMatchObject({
    '@type': 'Event',
    name: details.title,
    startDate: '2040-05-01T22:00:00.000+02:00',
    offers: { lowPrice: 20, offerCount: 2 },
  });

  for (const { id } of tickets) await seller.send({ method: 'DELETE', path: `/api/tickets/${id}` });
  await eventually(async () => {
    await page.goto(`/events/${event.id}`);
    expect(await page.getByTestId('event-left').textContent()).toBe('No tickets left');
    await page.getByText('Every ticket is sold or on hold.').waitFor();
  });
  expect((await page.goto('/events/000000000000000000000000'))?.status()).toBe(404);
});

test('When one types into the search, then events are suggested, and chosen by keys or by a click', async () => {
  const { word, details, event } = await listed();
  const page = await openPage({ viewport: narrowest });
  await page.goto('/');
  const field = page.getByRole('combobox', { name: 'Event, artist or team' });
  await field.waitFor();
  await field.pressSequentially(word.slice(0, 8).toUpperCase());
  const option = page.getByRole('option', { name: details.title });
  await option.waitFor();
  expect(await overflow(page)).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(await field.getAttribute('aria-expanded')).toBe('true');
  await field.press('Escape');
  await option.waitFor({ state: 'hidden' });
  expect(await field.inputValue()).toBe(word.slice(0, 8).toUpperCase());
  await field.pressSequentially(word.slice(8));
  await option.waitFor();
  await field.press('ArrowDown');
  expect(await option.getAttribute('aria-selected')).toBe('true');
  await field.press('Enter');
  await page.waitForURL(`**/events/${event.id}/**`);
  await page.getByRole('heading', { level: 1, name: details.title }).waitFor();
  expect(await violations(page)).toEqual([]);

  await page.goto('/');
  await field.pressSequentially(word);
  await option.click();
  await page.waitForURL(`**/events/${event.id}/**`);

  await page.goto('/');
  await field.pressSequentially(word);
  await option.waitFor();
  await field.press('Enter');
  await page.waitForURL(`**/?q=${word}&**`);
  await eventually(async () => expect(await page.getByTestId('ticket-card').count()).toBe(2));
  const toEvent = page.getByRole('link', { name: 'All 2 tickets, from $20.00' });
  expect([await toEvent.count(), await overflow(page), await violations(page)]).toEqual([2, 0, []]);
  await toEvent.first().click();
  await page.waitForURL(`**/events/${event.id}/**`);
});

test('When a crawler reads robots.txt and the sitemaps, then it finds the events, by addresses of this site', async () => {
  const { event } = await listed();
  const read = async (path: string) => {
    const response = await fetch(new URL(path, site.url));
    expect(response.status).toBe(200);
    return response.text();
  };
  expect(await read('/robots.txt')).toContain('\nSitemap: ');
  const index = await read('/sitemap.xml');
  expect(index).toContain('/sitemaps/newest</loc>');
  expect(await read('/sitemaps/newest')).toContain(`/events/${event.id}/`);
  expect(await read('/sitemaps/2040-05')).toContain(`/events/${event.id}/`);
  expect(await read('/sitemaps/2040-06')).not.toContain(`/events/${event.id}/`);
  expect((await fetch(new URL('/sitemaps/2040-13', site.url))).status).toBe(404);
});
