import { expect, test } from '@jest/globals';
import { walletOf } from './wallet.ts';

const now = Date.parse('2030-05-01T20:00:00Z');
const order = (id: string, startsAt?: string, status: 'complete' | 'cancelled' = 'complete') => ({
  id,
  status,
  ticket: { id: `t${id}`, title: 'Final', price: 1, version: 0, ...(startsAt === undefined ? {} : { startsAt }) },
});

test('When orders are complete and their events ahead, then they are in the wallet, the next one first and undated ones last', () => {
  const orders = [
    order('undated'),
    order('later', '2030-06-01T20:00:00Z'),
    order('refunded', '2030-06-01T20:00:00Z', 'cancelled'),
    order('begun', '2030-05-01T08:00:00Z'),
    order('over', '2030-04-30T19:59:59Z'),
  ];
  expect(walletOf(orders, now).map(({ id }) => id)).toEqual(['begun', 'later', 'undated']);
});
