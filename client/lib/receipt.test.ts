import { expect, test } from '@jest/globals';
import { isPaid, receiptRows } from './receipt.ts';

const order = {
  id: 'order',
  version: 2,
  userId: 'buyer',
  status: 'complete',
  expiresAt: '2026-11-29T06:27:00.000Z',
  price: 19.99,
  currency: 'usd',
  ticket: { id: 'ticket', title: 'Final', price: 19.99, version: 0 },
} as const;

const charge = {
  id: 'order',
  orderId: 'order',
  version: 1,
  status: 'completed',
  attempts: 0,
  amount: 1999,
  currency: 'usd',
  completedAt: '2026-11-29T06:12:00.000Z',
} as const;

test('When only the order and its charge are known, then the receipt has what they say', () => {
  expect(receiptRows(order, charge, undefined)).toEqual([
    ['Receipt number', 'order'],
    ['Paid', 'Sun, Nov 29, 2026, 06:12 UTC'],
    ['Buyer', 'Account buyer'],
    ['Ticket', 'Final'],
    ['Price', '$19.99 (USD)'],
  ]);
});

test('When the order has the details of the ticket, then the receipt has them as they were bought', () => {
  const details = {
    startsAt: '2027-05-01T20:00:00.000Z',
    timeZone: 'Europe/Zurich',
    venue: 'Arena',
    city: 'Bern',
    row: '1',
    seat: '7',
  };
  const rows = receiptRows({ ...order, ticket: { ...order.ticket, ...details } }, charge, 'seller');
  expect(rows.slice(3, 8)).toEqual([
    ['Seller', 'Participant of the marketplace, account seller'],
    ['Ticket', 'Final'],
    ['Event', 'Sat, May 1, 2027, 22:00 CEST'],
    ['Venue', 'Arena'],
    ['City', 'Bern'],
  ]);
  expect(new Map(rows).get('Seat')).toBe('Row 1 · Seat 7');
});

test.each([
  [{ ...charge, amountRefunded: 500 }, '$5.00 (USD)', '$14.99 (USD)'],
  [{ ...charge, status: 'refunded' as const }, '$19.99 (USD)', '$0.00 (USD)'],
])('When money was refunded, as in %j, then the receipt says how much, and what is left', (refunded, back, left) => {
  const rows = new Map(receiptRows(order, refunded, undefined));
  expect([rows.get('Refunded'), rows.get('Left after refunds')]).toEqual([back, left]);
});

test.each([
  ['completed', true],
  ['refunded', true],
  ['created', false],
  ['failed', false],
] as const)('When a charge is %s, then whether there is a receipt is %s', (status, expected) => {
  expect(isPaid({ ...charge, status })).toBe(expected);
});
