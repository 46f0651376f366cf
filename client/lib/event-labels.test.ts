import { expect, test } from '@jest/globals';
import { eventData, eventHref, eventSentence, leftLabel } from './event-labels.ts';

const event = {
  id: 'e1',
  title: 'Cup Final',
  venue: 'Stadium',
  city: 'Bern',
  startsAt: '2030-03-01T19:00:00.000Z',
  onSale: 1_200,
  fromPrice: 19.9,
  currency: 'usd',
};

test.each([
  ['Cup Final', 'Bern', '/events/e1/cup-final-bern'],
  ['  AC/DC: "Live"!  ', undefined, '/events/e1/ac-dc-live'],
  ['東京ドーム', '東京', `/events/e1/${encodeURIComponent('東京ドーム-東京')}`],
  ['!?', undefined, '/events/e1'],
  ['../../x?y#z', undefined, '/events/e1/x-y-z'],
  ['x'.repeat(200), undefined, `/events/e1/${'x'.repeat(80)}`],
])('When an event is called %s in %s, then its address is %s', (title, city, href) => {
  expect(eventHref({ id: 'e1', title, city })).toBe(href);
});

test('When a page of an event is not the first, then its address says so', () => {
  expect(eventHref(event, 2)).toBe('/events/e1/cup-final-bern?page=2');
});

test('When tickets are left, then their number and lowest price are shown', () => {
  expect(leftLabel(event)).toBe('1,200 tickets left, from $19.90');
  expect(leftLabel({ ...event, onSale: 1 })).toBe('1 ticket left, from $19.90');
  expect(leftLabel({ ...event, onSale: 0 })).toBe('No tickets left');
  expect(eventSentence({ ...event, venue: undefined, city: undefined })).toBe(
    'Cup Final · Fri, Mar 1, 2030, 19:00 UTC · 1,200 tickets left, from $19.90',
  );
});

test('When an event says its time zone, then it is described in local time, for search engines with the offset', () => {
  const zoned = { ...event, timeZone: 'America/New_York' };
  expect(eventSentence(zoned)).toContain(' · Fri, Mar 1, 2030, 14:00 EST · ');
  expect(JSON.parse(eventData(zoned, 'https://x.example')).startDate).toBe('2030-03-01T14:00:00.000-05:00');
});

test('When an event is described for search engines, then nothing in its texts ends the script element', () => {
  const title = '</script><script>alert(1)</script><!--';
  const data = eventData({ ...event, title }, 'https://tickets.example/events/e1');
  expect(data).not.toContain('<');
  expect(JSON.parse(data)).toEqual({
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: title,
    url: 'https://tickets.example/events/e1',
    startDate: event.startsAt,
    location: {
      '@type': 'Place',
      name: 'Stadium',
      address: { '@type': 'PostalAddress', addressLocality: 'Bern' },
    },
    offers: {
      '@type': 'AggregateOffer',
      url: 'https://tickets.example/events/e1',
      availability: 'https://schema.org/InStock',
      offerCount: 1_200,
      lowPrice: 19.9,
      priceCurrency: 'USD',
    },
  });
  const { id, title: name, currency } = event;
  const bare = JSON.parse(eventData({ id, title: name, currency, onSale: 0, fromPrice: 1 }, 'https://x.example'));
  expect(bare).not.toHaveProperty('location');
  expect(bare.offers).toEqual({
    '@type': 'AggregateOffer',
    url: 'https://x.example',
    availability: 'https://schema.org/SoldOut',
    offerCount: 0,
  });
});
