import { expect, test } from '@jest/globals';
import { nextPoll, readsCharge } from './order-polling.ts';

const state = { charge: undefined, awaitsDelivery: false, quietMs: 0, expecting: false } as const;

test('When an order is being confirmed, then it is polled often at first and less often later', () => {
  expect(nextPoll({ ...state, status: 'created' })).toBe(400);
  expect(nextPoll({ ...state, status: 'created', quietMs: 10_000 })).toBe(2_000);
});

test('When a payment was sent, then its order is polled often', () => {
  expect(nextPoll({ ...state, status: 'awaiting:payment', expecting: true })).toBe(500);
  expect(nextPoll({ ...state, status: 'awaiting:payment' })).toBe(4_000);
});

test('When the order and its charge are final, then polling ends', () => {
  expect(nextPoll({ ...state, status: 'complete', charge: 'completed' })).toBeUndefined();
  expect(nextPoll({ ...state, status: 'cancelled' })).toBeUndefined();
  expect(nextPoll({ ...state, status: 'cancelled', charge: 'refunded' })).toBeUndefined();
  expect(nextPoll({ ...state, status: 'cancelled', charge: 'created', quietMs: 30_000 })).toBeUndefined();
});

test('When a ticket is still to be delivered, then its order is polled often at first and rarely later', () => {
  const pending = { ...state, status: 'complete', charge: 'completed', awaitsDelivery: true } as const;
  expect(nextPoll(pending)).toBe(1_000);
  expect(nextPoll({ ...pending, quietMs: 10_000 })).toBe(20_000);
});

test('When the charge of a cancelled order is not refunded yet, then polling goes on until it is', () => {
  expect(nextPoll({ ...state, status: 'cancelled', charge: 'completed', quietMs: 3_600_000 })).toBe(5_000);
  expect(nextPoll({ ...state, status: 'cancelled', charge: 'created' })).toBe(1_000);
});

test('When no payment was sent, then the charge of an open order is not read', () => {
  expect(readsCharge('awaiting:payment', false)).toBe(false);
  expect(readsCharge('awaiting:payment', true)).toBe(true);
  expect(readsCharge('cancelled', false)).toBe(true);
});
