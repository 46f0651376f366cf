import { withOffset } from '@ticketing/common/time';
import type { EventEntry } from './api/schemas.ts';
import { formatDateTime } from './dates.ts';
import { priceLabel } from './money.ts';
import { placeLabel } from './ticket-labels.ts';

const maxNameLength = 80;

/** The readable part of an event's address: what it is and where. */
const nameOf = ({ title, city }: Pick<EventEntry, 'title' | 'city'>): string =>
  Array.from(`${title} ${city ?? ''}`.normalize('NFC').toLowerCase())
    .slice(0, maxNameLength)
    .join('')
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');

/** The path of an event's page. The id alone decides which event it is. */
export const eventHref = ({ id, ...event }: Pick<EventEntry, 'id' | 'title' | 'city'>, page = 1): string => {
  const name = nameOf(event);
  const path = `/events/${encodeURIComponent(id)}${name === '' ? '' : `/${encodeURIComponent(name)}`}`;
  return page === 1 ? path : `${path}?page=${page}`;
};

/** What is left of an event: `3 tickets left, from $19.99`. */
export const leftLabel = ({ onSale, fromPrice, currency }: EventEntry): string =>
  onSale === 0
    ? 'No tickets left'
    : `${onSale.toLocaleString('en-US')} ${onSale === 1 ? 'ticket' : 'tickets'} left, from ${priceLabel({ price: fromPrice, currency })}`;

/** What an event is, in one sentence, for search engines and previews. */
export const eventSentence = (event: EventEntry): string =>
  [
    event.title,
    ...(event.startsAt === undefined ? [] : [formatDateTime(event.startsAt, event.timeZone)]),
    ...(placeLabel(event) === undefined ? [] : [placeLabel(event)]),
    leftLabel(event),
  ].join(' · ');

/**
 * The event in schema.org's terms, as text for a script element: nothing in it ends the element.
 *
 * @see https://schema.org/Event
 */
export const eventData = (event: EventEntry, url: string): string => {
  const { title, startsAt, timeZone, venue, city, onSale, fromPrice, currency } = event;
  const place = venue ?? city;
  return JSON.stringify({
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: title,
    url,
    ...(startsAt === undefined
      ? {}
      : { startDate: timeZone === undefined ? startsAt : withOffset(new Date(startsAt), timeZone) }),
    ...(place === undefined
      ? {}
      : {
          location: {
            '@type': 'Place',
            name: place,
            ...(city === undefined ? {} : { address: { '@type': 'PostalAddress', addressLocality: city } }),
          },
        }),
    offers: {
      '@type': 'AggregateOffer',
      url,
      availability: `https://schema.org/${onSale === 0 ? 'SoldOut' : 'InStock'}`,
      offerCount: onSale,
      ...(onSale === 0 ? {} : { lowPrice: fromPrice, priceCurrency: currency.toUpperCase() }),
    },
  }).replaceAll('<', String.raw`\u003c`);
};
