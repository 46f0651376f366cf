import { expect, test } from '@jest/globals';
import { sizeOf } from './size-sale.ts';

const costs = {
  'a sale': { orders: 5, mongod: 6 },
  'a refused order': { orders: 1 },
  'a read': { tickets: 0.5 },
  'a page': { client: 4 },
};

test('When a sale is sized, then each process needs the sum of its rates and costs', () => {
  const sale = { buyers: 1_000, tickets: 100, seconds: 10, orders: 3, reads: 2, pages: 1 };
  expect(sizeOf(sale, costs)).toEqual({
    rates: { 'a sale': 10, 'a refused order': 290, 'a read': 200, 'a page': 100 },
    cores: {
      orders: expect.closeTo(0.34),
      mongod: expect.closeTo(0.06),
      tickets: expect.closeTo(0.1),
      client: expect.closeTo(0.4),
    },
    publications: 80,
    partitions: 1,
    streamReplicas: 1,
  });
});

test('When the same sale takes less time, then it needs more cores and partitions in proportion, and as many streams', () => {
  const sale = { buyers: 1_000_000, tickets: 100_000, seconds: 600, orders: 3, reads: 2, pages: 1 };
  const [slow, fast] = [sizeOf(sale, costs), sizeOf({ ...sale, seconds: 60 }, costs)];
  expect(fast.cores['orders']).toBeCloseTo((slow.cores['orders'] ?? NaN) * 10);
  expect([slow.partitions, fast.partitions]).toEqual([3, 23]);
  expect([slow.streamReplicas, fast.streamReplicas]).toEqual([167, 167]);
});
