import { expect, test } from '@jest/globals';
import { judge } from './judge.ts';
import { picture } from './picture.ts';
import { publishedIn, resultsOf, type Series } from './report.ts';

const seriesOf = (group: Series['group'], name: string, valueAt: (index: number) => number): Series => {
  const observations = Array.from({ length: 40 }, (_, index) => ({
    seconds: index * 10,
    journeys: index * 20,
    value: valueAt(index),
  }));
  return { group, name, observations, judgement: judge(observations, 200, { kind: 'flat', smallStep: 0 }) };
};
const run = {
  began: new Date('2026-11-30T12:00:00Z'),
  minutes: 30,
  machine: 'two cores',
  fullRate: 20,
  journeys: 18_000,
  problems: [],
};

test('When results are published again, then they replace the last ones and the text before them stays', () => {
  const series = [seriesOf('memory', 'orders', () => 2_000_000), seriesOf('collection', 'orders.quiet', () => 1)];
  const { markdown } = resultsOf({ ...run, series });
  const once = publishedIn('# Soak\n\n## Results\nNone yet.\n', markdown);
  expect(once).toMatch(/^# Soak\n\n## Results\nRun on 2026-11-30 \(two cores\): 30 minutes at 10\.0 journeys a second/);
  expect(once).toContain('| memory: orders | 1.9 MB | 1.9 MB | 0 B |');
  // A collection that does not grow is not worth a line.
  expect(once).not.toContain('orders.quiet');
  expect(publishedIn(once, markdown)).toBe(once);
});

const drawn = (one: Series): string => picture([one], { minutes: 7, from: 200 });

test('When a series grows, then its picture is red, and blue otherwise', () => {
  expect(drawn(seriesOf('memory', 'a <leak>', (index) => index * 1_000_000))).toMatch(
    /a &lt;leak&gt;[^]*stroke="#b91c1c"/,
  );
  expect(drawn(seriesOf('memory', 'orders', () => 1_000_000))).toContain('stroke="#1d4ed8"');
});
