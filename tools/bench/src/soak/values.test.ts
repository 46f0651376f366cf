import { expect, test } from '@jest/globals';
import { parseMetrics } from '@ticketing/watchdog/prometheus';
import { totalOf, usedMemoryOf } from './values.ts';

test('When a metric or what Redis says is missing, then it is named instead of being zero', () => {
  const samples = parseMetrics('outbox_waiting{app="orders"} 2\noutbox_waiting{app="tickets"} 3\n');
  expect(totalOf(samples, 'outbox_waiting')).toBe(5);
  expect(() => totalOf(samples, 'outbox_length')).toThrow('metric outbox_length is missing');
  expect(usedMemoryOf('# Memory\r\nused_memory:1024\r\nused_memory_human:1K\r\n')).toBe(1024);
  expect(() => usedMemoryOf('# Memory\r\n')).toThrow('used_memory of Redis is missing');
});
