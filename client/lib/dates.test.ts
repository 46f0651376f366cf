import { expect, test } from '@jest/globals';
import { dateParts, formatDate, formatDateTime, formatTime, isDay, toInputValue } from './dates.ts';

test('When a time is formatted without a time zone, then it is in UTC and labelled so, whatever the machine’s time zone', () => {
  expect(formatDateTime('2026-03-14T19:30:00.000Z')).toBe('Sat, Mar 14, 2026, 19:30 UTC');
  expect(formatDateTime('2026-03-14T23:30:00-05:00')).toBe('Sun, Mar 15, 2026, 04:30 UTC');
  expect(formatTime('2026-03-14T00:05:00Z')).toBe('00:05 UTC');
  expect(dateParts('2026-03-14T19:30:00Z')).toEqual({ month: 'Mar', day: '14' });
});

test('When a time is formatted in the time zone of its venue, then it is as a clock there shows it, with its abbreviation', () => {
  const late = '2026-03-15T02:30:00.000Z';
  expect(formatDateTime(late, 'America/New_York')).toBe('Sat, Mar 14, 2026, 22:30 EDT');
  expect(formatDate(late, 'America/New_York')).toBe('Sat, Mar 14, 2026');
  expect(formatTime(late, 'Asia/Kolkata')).toBe('08:00 IST');
  expect(dateParts(late, 'America/New_York')).toEqual({ month: 'Mar', day: '14' });
});

test('When a time goes into a form, then it is as a clock at the venue shows it, without one in UTC', () => {
  expect(toInputValue('2026-03-14T19:30:45.500Z')).toBe('2026-03-14T19:30');
  expect(toInputValue('2026-03-14T23:30:45.500Z', 'Europe/Zurich')).toBe('2026-03-15T00:30');
});

test.each([
  ['2026-02-28', true],
  ['2026-02-30', false],
  ['2026-2-3', false],
  ['', false],
])('When the text is %j, then it is an existing day: %j', (value, expected) => {
  expect(isDay(value)).toBe(expected);
});
