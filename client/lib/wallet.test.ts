import { expect, test } from '@jest/globals';
import { undoneOf, walletOf } from './wallet.ts';

const now = Date.parse('2030-05-01T20:00:00Z');
const order = (
  id: string,
  startsAt?: string,
  more: { readonly reason?: string; readonly createdAt?: string } = {},
) => ({
  id,
  status: more.reason === undefined ? ('complete' as const) : ('cancelled' as const),
  ...more,
  ticket: { id: `t${id}`, title: 'Final', price: 1, version: 0, ...(startsAt === undefined ? {} : { startsAt }) },
});

test('When orders are complete and their events ahead, then they are in the wallet, the next one first and undated ones last', () => {
  const orders = [
    order('undated'),
    order('later', '2030-06-01T20:00:00Z'),
    order('refunded', '2030-06-01T20:00:00Z', { reason: 'refunded' }),
    order('begun', '2030-05-01T08:00:00Z'),
    order('over', '2030-04-30T19:59:59Z'),
  ];
  expect(walletOf(orders, now).map(({ id }) => id)).toEqual(['begun', 'later', 'undated']);
});

test('When sales were undone, then they are listed for as long as their tickets would be in the wallet', () => {
  const [ahead, over] = ['2030-06-01T20:00:00Z', '2030-04-30T19:59:59Z'];
  const orders = [
    order('refunded', ahead, { reason: 'refunded' }),
    order('not delivered', ahead, { reason: 'not_delivered' }),
    order('undated', undefined, { reason: 'refunded', createdAt: '2029-12-01T20:00:00Z' }),
    order('undated and old', undefined, { reason: 'refunded', createdAt: '2029-10-01T20:00:00Z' }),
    order('undated, and nobody knows since when', undefined, { reason: 'refunded' }),
    order('over', over, { reason: 'refunded' }),
    order('never paid', ahead, { reason: 'expired' }),
    order('complete', ahead),
  ];
  expect(undoneOf(orders, now).map(({ id }) => id)).toEqual(['refunded', 'not delivered', 'undated']);
});
