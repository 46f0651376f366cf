import { expect, test } from '@jest/globals';
import { Timestamp } from 'mongodb';
import { MajorityWatch } from './majority-watch.ts';

const position = (t: number) => ({ ts: new Timestamp({ t, i: 1 }), t: 1 });

const openWatch = () => {
  const time = { ms: 0 };
  const watch = new MajorityWatch(2_000, () => time.ms);
  const at = (ms: number, written: number, acknowledged: number): boolean => {
    time.ms = ms;
    return watch.isAcknowledged({ lastWrite: { opTime: position(written), majorityOpTime: position(acknowledged) } });
  };
  return { watch, at };
};

test('When a majority acknowledges nothing for the time-out, then writes do not count as acknowledged, until it has caught up', () => {
  const { at } = openWatch();
  expect(at(0, 1, 1)).toBe(true);
  expect(at(1_000, 2, 1)).toBe(true);
  expect(at(2_999, 3, 1)).toBe(true);
  expect(at(3_000, 3, 1)).toBe(false);
  expect(at(9_000, 9, 8)).toBe(true);
});

test('When a majority is always a little behind, then writes count as acknowledged', () => {
  const { at } = openWatch();
  const results = Array.from({ length: 100 }, (_, second) => at(second * 1_000, second + 1, second));
  expect(results).not.toContain(false);
});

test('When a write was rolled back by a failover, then a new primary’s writes count as acknowledged, although its clock is behind', () => {
  const { at } = openWatch();
  expect(at(0, 100, 90)).toBe(true);
  expect(at(1_000, 91, 91)).toBe(true);
  expect(at(60_000, 92, 91)).toBe(true);
});

test('When there was no response for long, as in a suspended process, then only the newest response counts', () => {
  const { at } = openWatch();
  expect(at(0, 2, 1)).toBe(true);
  expect(at(60_000, 3, 2)).toBe(true);
});

test('When the server is no replica set, then writes count as acknowledged', () => {
  expect(openWatch().watch.isAcknowledged({ isWritablePrimary: true })).toBe(true);
});
