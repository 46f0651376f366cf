import { expect, test } from '@jest/globals';
import { sumCounters } from './read-repairs.ts';

test('When metrics are read, then the repairs among them are summed over their labels', () => {
  const text = [
    '# HELP outbox_swept_total Events',
    'outbox_swept_total 3',
    'outbox_swept_total{replica="1"} 4',
    'outbox_published_total 100',
    'unmarked_refunds_total 0',
    '',
  ].join('\n');
  expect(sumCounters(text)).toEqual(
    new Map([
      ['outbox_swept_total', 7],
      ['unmarked_refunds_total', 0],
    ]),
  );
});
