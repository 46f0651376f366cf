import { expect, test } from '@jest/globals';
import { costOf, cpuOf, sum } from './cpu.ts';

const self = { name: 'self', pid: process.pid };

const burn = (milliseconds: number): void => {
  const start = process.cpuUsage();
  for (let spent = 0; spent < milliseconds * 1000;) {
    const { user, system } = process.cpuUsage(start);
    spent = user + system;
  }
};

test('When a process computes, then its CPU time is counted, and replicas are added up', async () => {
  const { result, cpu } = await costOf([self, self], async () => {
    burn(200);
    return 'done';
  });
  expect(result).toBe('done');
  expect(cpu.get('self')).toBeGreaterThanOrEqual(2 * 150);
  expect([...(await cpuOf([self])).keys()]).toEqual(['self']);
});

test('When figures are added up, then the result is their sum', () => {
  expect(sum([1, 2, 3.5])).toBe(6.5);
  expect(sum([])).toBe(0);
});
