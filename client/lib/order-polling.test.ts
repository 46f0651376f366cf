import { expect, test } from '@jest/globals';
import { nextPoll, readsCharge } from './order-polling.ts';

const watched = { charge: undefined, quietMs: 0, expecting: false } as const;

test('When an order is being confirmed, then it is read often at first and less often later', () => {
  expect(nextPoll({ ...watched, status: 'created' })).toBe(400);
  expect(nextPoll({ ...watched, status: 'created', quietMs: 10_000 })).toBe(2_000);
});

test('When a payment was sent, then its order is read often', () => {
  expect(nextPoll({ ...watched, status: 'awaiting:payment', expecting: true })).toBe(500);
  expect(nextPoll({ ...watched, status: 'awaiting:payment' })).toBe(4_000);
});

test('When nothing can change any more, then nothing is read any more', () => {
  expect(nextPoll({ ...watched, status: 'complete', charge: 'completed' })).toBeUndefined();
  expect(nextPoll({ ...watched, status: 'cancelled' })).toBeUndefined();
  expect(nextPoll({ ...watched, status: 'cancelled', charge: 'refunded' })).toBeUndefined();
  expect(nextPoll({ ...watched, status: 'cancelled', charge: 'created', quietMs: 30_000 })).toBeUndefined();
});

test('When money of a dead order is on the way back, then it is watched until it has arrived', () => {
  expect(nextPoll({ ...watched, status: 'cancelled', charge: 'completed', quietMs: 3_600_000 })).toBe(5_000);
  expect(nextPoll({ ...watched, status: 'cancelled', charge: 'created' })).toBe(1_000);
});

test('When no payment was sent, then an open order’s charge is not asked for', () => {
  expect(readsCharge('awaiting:payment', false)).toBe(false);
  expect(readsCharge('awaiting:payment', true)).toBe(true);
  expect(readsCharge('cancelled', false)).toBe(true);
});
