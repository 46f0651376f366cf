import { expect, test } from '@jest/globals';
import { hasBegun, placeLabel, seatLabel, ticketBadge, ticketLines, ticketState } from './ticket-labels.ts';

test('When a seat is described in part, then its label has only those parts', () => {
  expect(seatLabel({ section: 'Stalls', row: 'F', seat: '12' })).toBe('Stalls · Row F · Seat 12');
  expect(seatLabel({ row: 'F' })).toBe('Row F');
  expect(seatLabel({})).toBeUndefined();
});

test('When a place is described in part, then its label has only those parts', () => {
  expect(placeLabel({ venue: 'Old Park', city: 'Leeds' })).toBe('Old Park, Leeds');
  expect(placeLabel({ city: 'Leeds' })).toBe('Leeds');
  expect(placeLabel({})).toBeUndefined();
  expect(placeLabel(undefined)).toBeUndefined();
});

test('When a seat or a place is written from right to left, then it is isolated from the words around it', () => {
  expect(seatLabel({ section: 'Stalls', row: 'א', seat: '12' })).toBe('Stalls · Row \u2068א\u2069 · Seat 12');
  expect(placeLabel({ venue: 'היכל!', city: 'Leeds' })).toBe('\u2068היכל!\u2069, Leeds');
});

test('When two tickets of one title are in a list, then their lines tell them apart', () => {
  const listing = { startsAt: '2031-05-01T18:30:00.000Z', timeZone: 'Europe/London', venue: 'Old Park', row: 'F' };
  const lines = ['Thu, May 1, 2031, 19:30 BST', 'Old Park'];
  expect(ticketLines({ ...listing, seat: '12' })).toEqual([...lines, 'Row F · Seat 12']);
  expect(ticketLines({ ...listing, seat: '13' })).toEqual([...lines, 'Row F · Seat 13']);
  expect(ticketLines({})).toEqual([]);
});

test('When a ticket is held, sold or withdrawn, then it is not on sale', () => {
  expect(ticketState({})).toBe('on-sale');
  expect(ticketState({ orderId: 'o1' })).toBe('held');
  expect(ticketState({ orderId: 'o1', soldAt: '2026-03-14T12:00:00.000Z' })).toBe('sold');
  expect(ticketState({ withdrawnAt: '2026-03-14T12:00:00.000Z' })).toBe('withdrawn');
  expect(ticketState({ startsAt: '2026-03-14T12:00:00.000Z' })).toBe('over');
  expect(ticketState({ startsAt: '9999-03-14T12:00:00.000Z' })).toBe('on-sale');
  expect(ticketBadge({ orderId: 'o1' })).toEqual({ variant: 'wait', label: 'On hold' });
});

test('When it is the time of the start, then the event has begun', () => {
  const startsAt = '2026-03-14T12:00:00.000Z';
  const start = Date.parse(startsAt);
  expect([hasBegun({ startsAt }, start - 1), hasBegun({ startsAt }, start), hasBegun({}, start)]).toEqual([
    false,
    true,
    false,
  ]);
});
