import { afterAll, expect, test } from '@jest/globals';
import { shiftClock } from './shift-clock.ts';

const RealDate = Date;
afterAll(() => {
  globalThis.Date = RealDate;
});

test('When the clock is shifted, then the present is, and every other date stays what it is', () => {
  const before = new Date(0);
  let offset = 30_000;
  shiftClock(() => offset);
  expect(Math.abs(Date.now() - RealDate.now() - 30_000)).toBeLessThan(1_000);
  expect(Math.abs(new Date().getTime() - RealDate.now() - 30_000)).toBeLessThan(1_000);
  offset = -30_000;
  expect(Date.now()).toBeLessThan(RealDate.now());
  expect(new Date('2026-05-01T12:00:00.000Z').toISOString()).toBe('2026-05-01T12:00:00.000Z');
  expect(new Date(2026, 4).getFullYear()).toBe(2026);
  expect(new Date(5).getTime()).toBe(5);
  expect(before instanceof Date).toBe(true);
  expect(new Date() instanceof Date).toBe(true);
});
