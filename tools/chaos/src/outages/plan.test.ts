import { expect, test } from '@jest/globals';
import { planOutages } from './plan.ts';

const count = (names: readonly { readonly name: string }[]) => {
  const counts: Record<string, number> = {};
  for (const { name } of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

test('When nothing is selected, then NATS is away eight times and every other part twice', () => {
  expect(count(planOutages({ all: false }))).toEqual({
    'nats-3s': 5,
    'nats-75s': 2,
    'nats-10m': 1,
    'payments-db-3s': 1,
    'payments-db-75s': 1,
    'orders-db-3s': 1,
    'orders-db-75s': 1,
    'redis-3s': 1,
    'redis-75s': 1,
    'payments-3s': 1,
    'payments-75s': 1,
  });
});

test('When outages are named, then only they are run, one that the plan lacks included', () => {
  expect(count(planOutages({ all: false, only: ['nats-75s', 'payments', 'redis-10m'] }))).toEqual({
    'nats-75s': 2,
    'redis-10m': 1,
    'payments-3s': 1,
    'payments-75s': 1,
  });
});

test('When all are wanted, then every part is away as often as NATS', () => {
  expect(planOutages({ all: true })).toHaveLength(5 * 8);
});
