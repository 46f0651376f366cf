import { expect, test } from '@jest/globals';
import { parseMetrics } from './prometheus.ts';

test('When metrics are parsed, then each sample has its name, labels and value, and comments are left out', () => {
  const text = [
    '# HELP requests_total Requests',
    'requests_total{route="/api/orders/{id}",status="201"} 3',
    'process_start_time_seconds 1.7e+9',
    '',
  ].join('\n');
  expect(parseMetrics(text)).toEqual([
    { name: 'requests_total', labels: '{route="/api/orders/{id}",status="201"}', value: 3 },
    { name: 'process_start_time_seconds', labels: '', value: 1.7e9 },
  ]);
});
