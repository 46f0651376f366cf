import { expect, test } from '@jest/globals';
import { retryDelayMs } from './retry-delay.ts';

test('When a mail is deferred again and again, then it is tried every 5 s for a minute, every 15 s for an hour, then every minute', () => {
  const times: number[] = [];
  let elapsed = 0;
  for (let failures = 1; failures <= 300; failures += 1) {
    elapsed += retryDelayMs(failures) / 1000;
    times.push(elapsed);
  }
  expect(times.slice(0, 13)).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 75]);
  expect(times[249]).toBeGreaterThan(3_600);
  expect((times[251] ?? 0) - (times[250] ?? 0)).toBe(60);
});
