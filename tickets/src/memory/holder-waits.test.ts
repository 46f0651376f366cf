import { expect, test } from '@jest/globals';
import { createHolderWaits } from './holder-waits.ts';

const setUp = () => {
  const time = { now: 5_000 };
  return { time, holders: createHolderWaits(() => time.now) };
};

test('When an order finds another holder repeatedly, then its wait counts from the first time', () => {
  const { time, holders } = setUp();
  expect(holders.elapsedMs('a')).toBe(0);
  holders.start('a');
  time.now += 1_500;
  holders.start('a');
  time.now += 500;
  holders.start('b');
  expect([holders.elapsedMs('a'), holders.elapsedMs('b')]).toEqual([2_000, 0]);
});

test('When an order is decided, then its wait is removed', () => {
  const { time, holders } = setUp();
  holders.start('a');
  time.now += 1_000;
  holders.forget('a');
  expect(holders.elapsedMs('a')).toBe(0);
});

test('When an order is never decided, then its wait is removed after a minute', () => {
  const { time, holders } = setUp();
  holders.start('a');
  time.now += 1;
  holders.start('b');
  time.now += 59_999;
  holders.start('c');
  expect(holders.elapsedMs('a')).toBe(0);
  expect(holders.elapsedMs('b')).toBe(59_999);
});

test('When the maximum number of orders waits, then they keep their start and a further order starts once there is room', () => {
  const { time, holders } = setUp();
  for (let order = 0; order < 10_001; order += 1) holders.start(String(order));
  time.now += 1_000;
  expect([holders.elapsedMs('0'), holders.elapsedMs('9999'), holders.elapsedMs('10000')]).toEqual([1_000, 1_000, 0]);
  holders.forget('0');
  holders.start('10000');
  time.now += 1_000;
  expect(holders.elapsedMs('10000')).toBe(1_000);
});

test('When an order has waited for longer than entries are kept, then its wait still counts until a new one starts', () => {
  const time = { ms: 1_000_000 };
  const waits = createHolderWaits(() => time.ms);
  waits.start('order');
  time.ms += 90_000;
  expect(waits.elapsedMs('order')).toBe(90_000);
});
