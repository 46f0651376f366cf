import { expect, test } from '@jest/globals';
import { seatWords, ticketState } from './ticket-words.ts';

test('When a seat is described in part, then only what is known is said', () => {
  expect(seatWords({ section: 'Stalls', row: 'F', seat: '12' })).toBe('Stalls · Row F · Seat 12');
  expect(seatWords({ row: 'F' })).toBe('Row F');
  expect(seatWords({})).toBeUndefined();
});

test('When a ticket has a holder or a buyer, then it is not on sale', () => {
  expect(ticketState({})).toBe('on-sale');
  expect(ticketState({ orderId: 'o1' })).toBe('held');
  expect(ticketState({ orderId: 'o1', soldAt: '2026-03-14T12:00:00.000Z' })).toBe('sold');
});
