import { expect, test } from '@jest/globals';
import { isRefusal, ReplicaSet } from './replicas.ts';

const replica = (name: string, isReady = true) => ({ name, isReady });

test('When several replicas are ready, then they are used in turn', () => {
  const set = new ReplicaSet([replica('a'), replica('b'), replica('c')]);
  const taken = Array.from({ length: 6 }, () => set.next(new Set())?.name);
  expect(new Set(taken.slice(0, 3))).toEqual(new Set(['a', 'b', 'c']));
  expect(taken.slice(3)).toEqual(taken.slice(0, 3));
});

test('When a replica is not ready or was tried already, then it is skipped', () => {
  const [a, b] = [replica('a'), replica('b')];
  const set = new ReplicaSet([a, b, replica('c', false)]);
  expect(Array.from({ length: 4 }, () => set.next(new Set([a]))?.name)).toEqual(['b', 'b', 'b', 'b']);
  expect(set.next(new Set([a, b]))).toBeUndefined();
});

test('When a connection was refused, then nothing was sent; when it was reset, then that is unknown', () => {
  expect(isRefusal(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe(true);
  expect(isRefusal(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))).toBe(false);
  expect(isRefusal(undefined)).toBe(false);
});
