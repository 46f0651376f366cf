import { expect, test } from '@jest/globals';
import { sumRepairs } from './read-repairs.ts';

test('When metrics are read, then the repair counters among them are summed over their labels', () => {
  const metrics = [
    '# HELP outbox_swept_total Events',
    'outbox_swept_total 3',
    'outbox_swept_total{replica="1"} 4',
    'outbox_published_total 100',
    'unmarked_refunds_total 0',
    '',
  ].join('\n');
  expect(sumRepairs(metrics)).toEqual(
    new Map([
      ['outbox_swept_total', 7],
      ['unmarked_refunds_total', 0],
    ]),
  );
});
