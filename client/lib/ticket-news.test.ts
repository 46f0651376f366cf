import { expect, test } from '@jest/globals';
import { ticketNews } from './ticket-news.ts';

const ticket = { title: 'Final', price: 20, currency: 'usd', delivery: 'by_seller' } as const;
const soldAt = '2031-05-01T10:00:00.000Z';
const sold = { ...ticket, orderId: 'o1', soldAt };

test.each([
  [ticket, { ...ticket, price: 30 }, 'The price is $30.00 now, no longer $20.00.'],
  [ticket, { ...ticket, title: 'Semi-final' }, 'This listing has just been changed.'],
  [ticket, { ...ticket, delivery: 'instant' }, 'This listing has just been changed.'],
  [ticket, { ...ticket, orderId: 'o1' }, 'This ticket is on hold.'],
  [{ ...ticket, orderId: 'o1' }, ticket, 'This ticket is on sale again.'],
  [{ ...ticket, orderId: 'o1' }, sold, 'This ticket is sold.'],
  [sold, { ...sold, deliveredAt: soldAt }, 'This ticket is delivered.'],
  [sold, { ...sold, deliveryFailedAt: soldAt }, 'This ticket was not delivered in time.'],
  [sold, { ...sold, deliveryEndedAt: soldAt }, 'This sale was undone.'],
  [ticket, { ...ticket, withdrawnAt: soldAt }, 'Its seller has withdrawn this ticket.'],
])('When %j becomes %j, then the page says: %s', (before, now, news) => {
  expect(ticketNews(before, now)).toBe(news);
});

test('When nothing has changed that the page shows, then it says nothing', () => {
  expect(ticketNews(ticket, { ...ticket })).toBeUndefined();
});
