import { expect, test } from '@jest/globals';
import { nextRefresh } from './refresh-pace.ts';

const never = { lastAt: Number.NEGATIVE_INFINITY, gapMs: 0 };

test('When a page changes after a calm time, then it is refreshed at once', () => {
  expect(nextRefresh(never, 5_000)).toEqual({ lastAt: 5_000, gapMs: 0 });
  expect(nextRefresh({ lastAt: 5_000, gapMs: 8_000 }, 15_000)).toEqual({ lastAt: 15_000, gapMs: 0 });
});

test('When a page keeps changing, then the gaps between its refreshes double up to 8 s', () => {
  let pace = nextRefresh(never, 0);
  const times = Array.from({ length: 6 }, () => {
    pace = nextRefresh(pace, pace.lastAt + 1);
    return pace.lastAt;
  });
  expect(times).toEqual([1_000, 3_000, 7_000, 15_000, 23_000, 31_000]);
});

test('When the gap has passed already, then it is refreshed at once', () => {
  expect(nextRefresh({ lastAt: 0, gapMs: 1_000 }, 5_000)).toEqual({ lastAt: 5_000, gapMs: 2_000 });
});
