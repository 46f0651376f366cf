import { expect, test } from '@jest/globals';
import { createHolderWaits } from './holder-waits.ts';

const setUp = () => {
  const time = { now: 5_000 };
  return { time, waits: createHolderWaits(() => time.now) };
};

test('When an order meets another holder several times, then its wait counts from the first time', () => {
  const { time, waits } = setUp();
  expect(waits.elapsedMs('a')).toBe(0);
  waits.start('a');
  time.now += 1_500;
  waits.start('a');
  time.now += 500;
  waits.start('b');
  expect([waits.elapsedMs('a'), waits.elapsedMs('b')]).toEqual([2_000, 0]);
});

test('When an order is decided, then its wait is removed', () => {
  const { time, waits } = setUp();
  waits.start('a');
  time.now += 1_000;
  waits.forget('a');
  expect(waits.elapsedMs('a')).toBe(0);
});

test('When no further event of an order arrives, then its wait is removed after a minute', () => {
  const { time, waits } = setUp();
  waits.start('a');
  time.now += 1;
  waits.start('b');
  time.now += 60_000;
  waits.start('c');
  expect(waits.elapsedMs('a')).toBe(0);
  expect(waits.elapsedMs('b')).toBe(60_000);
});

test('When the maximum number of orders waits, then those keep their start and the next one starts once there is room', () => {
  const { time, waits } = setUp();
  for (let order = 0; order < 10_001; order += 1) waits.start(String(order));
  time.now += 1_000;
  expect([waits.elapsedMs('0'), waits.elapsedMs('9999'), waits.elapsedMs('10000')]).toEqual([1_000, 1_000, 0]);
  waits.forget('0');
  waits.start('10000');
  time.now += 1_000;
  expect(waits.elapsedMs('10000')).toBe(1_000);
});
