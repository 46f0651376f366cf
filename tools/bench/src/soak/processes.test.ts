import { expect, test } from '@jest/globals';
import { endedProcesses } from './processes.ts';

test('When a process was restarted or waits for its next start, then it is named', () => {
  const before = [
    { name: 'orders', replica: 0, pid: 11 },
    { name: 'orders', replica: 1, pid: 12 },
    { name: 'tickets', replica: 0, pid: 13 },
  ];
  const after = [
    { name: 'orders', replica: 0, pid: 11 },
    { name: 'orders', replica: 1, pid: 20 },
  ];
  expect(endedProcesses(before, after)).toEqual(['orders 1 was restarted', 'tickets 0 has ended']);
  expect(endedProcesses(before, before)).toEqual([]);
});
