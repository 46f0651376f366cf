import { expect, test } from '@jest/globals';
import { boughtLine, deliveryLabel, dueLine, durationLabel, sellerBadge, sellerFile } from './delivery-labels.ts';

const at = '2030-03-14T19:30:00.000Z';
const time = 'Thu, Mar 14, 2030, 19:30 UTC';
const timeZone = 'America/New_York';
const localTime = 'Thu, Mar 14, 2030, 15:30 EDT';
const sold = { delivery: 'by_seller', orderId: 'o1', soldAt: at };

test.each([
  [{ delivery: 'by_seller' }, 'Add the ticket file', 'within 48 hours of the sale', 'add'],
  [{ delivery: 'instant' }, 'The ticket file is stored', 'until a buyer holds the ticket', 'replace'],
  [{ delivery: 'by_seller', orderId: 'o1' }, 'No ticket file yet', 'no file can be added', undefined],
  [{ delivery: 'instant', orderId: 'o1' }, 'The ticket file is stored', 'can’t be changed', undefined],
  [{ ...sold, dueAt: at }, 'Deliver this ticket', `by ${time}. Otherwise the buyer is refunded.`, 'deliver'],
  [{ ...sold, timeZone, dueAt: at }, 'Deliver this ticket', `by ${localTime}. Otherwise`, 'deliver'],
  // Of a release without deadlines.
  [sold, 'Deliver this ticket', 'Upload its file. The buyer', 'deliver'],
  [{ ...sold, delivery: 'instant', deliveredAt: at }, 'Delivered', `since ${time}`, undefined],
  [{ ...sold, timeZone, deliveredAt: at }, 'Delivered', `since ${localTime}`, undefined],
  [{ ...sold, timeZone, deliveredAt: at, deliveryEndedAt: at }, 'Delivered', `undone on ${localTime}`, undefined],
  [{ ...sold, timeZone, deliveryFailedAt: at }, 'Not delivered', `over on ${localTime}`, undefined],
  [{ ...sold, deliveryFailedAt: at }, 'Not delivered', 'the buyer gets the money back', undefined],
  [{ ...sold, deliveryEndedAt: at }, 'Nothing to deliver', 'The sale was undone', undefined],
])('When a ticket is %j, then its seller reads: %s', (ticket, title, text, action) => {
  const file = sellerFile(ticket, 48);
  expect(file).toMatchObject({ title, text: expect.stringContaining(text) });
  expect(file?.action).toBe(action);
});

test.each([
  { delivery: 'by_seller', withdrawnAt: at },
  { delivery: 'instant', startsAt: '2020-01-01T00:00:00.000Z' },
])('When a ticket is %j, then its seller is told nothing about a file', (ticket) => {
  expect(sellerFile(ticket, 48)).toBeUndefined();
});

test('When a sold ticket must be delivered, then its badge says so, and a line until when', () => {
  expect(sellerBadge({ ...sold, dueAt: at })).toEqual({ variant: 'wait', label: 'To deliver' });
  expect(dueLine({ dueAt: at })).toBe(`Deliver it by ${time}, or the buyer is refunded`);
  expect(dueLine({ dueAt: at, timeZone })).toBe(`Deliver it by ${localTime}, or the buyer is refunded`);
  expect(sellerBadge({ ...sold, deliveryFailedAt: at }).label).toBe('Not delivered');
  expect(sellerBadge(sold).label).toBe('Sold');
  expect(dueLine({})).toBeUndefined();
});

test.each([
  [48, '48 hours'],
  [1, '1 hour'],
  [0.5, '30 minutes'],
])('When a ticket must be delivered within %d hours, then the site says %s', (hours, label) => {
  expect(durationLabel(hours)).toBe(label);
});

test.each([
  [{ status: 'delivered', deliveredAt: at }, 'Your ticket is ready to download'],
  [{ status: 'pending', dueAt: at }, `The seller delivers it by ${time}, or you get your money back`],
  [{ status: 'pending' }, 'The seller delivers it, or you get your money back'],
  [{ status: 'failed' }, undefined],
  [undefined, undefined],
])('When the delivery of an order is %j, then its line says: %s', (delivery, line) => {
  expect(boughtLine({ delivery, ticket: {} })).toBe(line);
  expect(boughtLine({ delivery, ticket: { timeZone } })).toBe(line?.replace(time, localTime));
});

test('When a ticket is on sale, then buyers read how it is delivered', () => {
  expect(deliveryLabel({ delivery: 'instant' }, 48)).toBe('Delivered at once');
  expect(deliveryLabel({ delivery: 'by_seller' }, 48)).toBe('Delivered by the seller within 48 hours');
});
