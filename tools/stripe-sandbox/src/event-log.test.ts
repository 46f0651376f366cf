import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createEventLog } from './event-log.ts';

const event = (number: number, created = 0) => ({
  id: `evt_${number}`,
  type: 'charge.succeeded' as const,
  created,
  place: { offset: number, length: 1 },
});

test('When more events happen than are kept, then the oldest are gone, and pages have the others once each', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 1, max: 1_500 }),
      fc.integer({ min: 1, max: 400 }),
      fc.boolean(),
      (count, maxEvents, limit, upwards) => {
        const log = createEventLog(maxEvents);
        for (let number = 0; number < count; number += 1) log.add(event(number));
        const kept = Array.from({ length: Math.min(count, maxEvents) }, (_, i) => `evt_${count - 1 - i}`);
        if (upwards) {
          const oldest = kept.at(-1);
          const above = log.page({ limit, endingBefore: oldest }).rows.map(({ id }) => id);
          expect(above).toEqual(oldest === undefined ? kept.slice(0, limit) : kept.slice(0, -1).slice(-limit));
          return;
        }
        const seen: string[] = [];
        for (;;) {
          const page = log.page({ limit, startingAfter: seen.at(-1) });
          seen.push(...page.rows.map(({ id }) => id));
          if (!page.hasMore) break;
        }
        expect(seen).toEqual(kept);
        expect(log.get(`evt_${count - maxEvents - 1}`)).toBeUndefined();
      },
    ),
    { numRuns: 30 },
  );
});

test('When an event is older than 30 days, then the next one removes it', () => {
  const log = createEventLog();
  log.add(event(1, 0));
  log.add(event(2, 30 * 24 * 3600));
  expect(log.get('evt_1')).toBeDefined();
  log.add(event(3, 30 * 24 * 3600 + 1));
  expect(log.get('evt_1')).toBeUndefined();
  expect(log.page({ limit: 10 }).rows.map(({ id }) => id)).toEqual(['evt_3', 'evt_2']);
});
