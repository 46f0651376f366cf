import { expect, test } from '@jest/globals';
import { nextChargePoll, nextOrderPoll, readsCharge } from './order-polling.ts';

const state = { quietMs: 0, expecting: false } as const;

test('When an order is being confirmed, then it is polled often at first and less often later', () => {
  expect(nextOrderPoll({ ...state, status: 'created' }, false)).toBe(400);
  expect(nextOrderPoll({ ...state, status: 'created', quietMs: 10_000 }, false)).toBe(2_000);
});

test('When a payment was sent, then its order and charge are polled often', () => {
  const sent = { ...state, status: 'awaiting:payment', expecting: true } as const;
  expect(nextOrderPoll(sent, false)).toBe(500);
  expect(nextChargePoll(sent, undefined)).toBe(500);
  expect(nextOrderPoll({ ...sent, expecting: false }, false)).toBe(4_000);
  expect(nextChargePoll({ ...sent, expecting: false }, undefined)).toBeUndefined();
});

test('When the bank asks for a confirmation, then the charge is polled', () => {
  const charge = { status: 'created', nextAction: { url: 'https://bank.example' } } as const;
  expect(nextChargePoll({ ...state, status: 'awaiting:payment' }, charge)).toBe(4_000);
});

test('When the order and its charge are final, then polling ends', () => {
  expect(nextOrderPoll({ ...state, status: 'complete', quietMs: 10_000 }, false)).toBeUndefined();
  expect(nextOrderPoll({ ...state, status: 'cancelled' }, false)).toBeUndefined();
  expect(nextChargePoll({ ...state, status: 'complete' }, { status: 'completed' })).toBeUndefined();
  expect(nextChargePoll({ ...state, status: 'cancelled' }, undefined)).toBeUndefined();
  expect(nextChargePoll({ ...state, status: 'cancelled' }, { status: 'refunded' })).toBeUndefined();
  expect(nextChargePoll({ ...state, status: 'cancelled', quietMs: 30_000 }, { status: 'created' })).toBeUndefined();
});

test('When a ticket is still to be delivered, then its order is polled often at first and rarely later', () => {
  expect(nextOrderPoll({ ...state, status: 'complete' }, true)).toBe(1_000);
  expect(nextOrderPoll({ ...state, status: 'complete', quietMs: 10_000 }, true)).toBe(20_000);
});

test('When the charge of a cancelled order is not refunded yet, then it is polled until it is', () => {
  const cancelled = { ...state, status: 'cancelled' } as const;
  expect(nextChargePoll({ ...cancelled, quietMs: 3_600_000 }, { status: 'completed' })).toBe(5_000);
  expect(nextChargePoll(cancelled, { status: 'created' })).toBe(1_000);
});

test('When no payment was sent, then a change of an open order does not read its charge', () => {
  expect(readsCharge('awaiting:payment', false)).toBe(false);
  expect(readsCharge('awaiting:payment', true)).toBe(true);
  expect(readsCharge('cancelled', false)).toBe(true);
});
