import { expect, test } from '@jest/globals';
import { createOtherHolders } from './other-holders.ts';

const setUp = () => {
  const time = { now: 5_000 };
  return { time, holders: createOtherHolders(() => time.now) };
};

test('When an order meets another holder again and again, then its wait counts from the first time', () => {
  const { time, holders } = setUp();
  expect(holders.waitedMs('a')).toBe(0);
  holders.met('a');
  time.now += 1_500;
  holders.met('a');
  time.now += 500;
  holders.met('b');
  expect([holders.waitedMs('a'), holders.waitedMs('b')]).toEqual([2_000, 0]);
});

test('When an order is decided, then it is forgotten', () => {
  const { time, holders } = setUp();
  holders.met('a');
  time.now += 1_000;
  holders.forget('a');
  expect(holders.waitedMs('a')).toBe(0);
});

test('When an order is never heard of again, then it is forgotten after a minute', () => {
  const { time, holders } = setUp();
  holders.met('a');
  time.now += 1;
  holders.met('b');
  time.now += 59_999;
  holders.met('c');
  expect(holders.waitedMs('a')).toBe(0);
  expect(holders.waitedMs('b')).toBe(59_999);
});

test('When very many wait, then memory is bounded, the first keep their time and the next counts once there is room', () => {
  const { time, holders } = setUp();
  for (let order = 0; order < 10_001; order += 1) holders.met(String(order));
  time.now += 1_000;
  expect([holders.waitedMs('0'), holders.waitedMs('9999'), holders.waitedMs('10000')]).toEqual([1_000, 1_000, 0]);
  holders.forget('0');
  holders.met('10000');
  time.now += 1_000;
  expect(holders.waitedMs('10000')).toBe(1_000);
});
