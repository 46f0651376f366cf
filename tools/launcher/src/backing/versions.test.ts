import { expect, test } from '@jest/globals';
import { findVersion, isAtLeast } from './versions.ts';

test.each([
  ['db version v6.0.5\nBuild Info: {', '6.0.5'],
  ['nats-server: v2.14.0', '2.14.0'],
  ['Redis server v=6.2.14 sha=40305114:0 malloc=libc bits=64', '6.2.14'],
  ['nothing', undefined],
])('When a program prints %j, then its version is %j', (text, version) => {
  expect(findVersion(text)).toBe(version);
});

test.each([
  ['6.0.5', '6.0', true],
  ['6.10', '6.2', true],
  ['5.0.31', '6.0', false],
  ['6', '6.0', true],
  ['2.9.10', '2.9', true],
  ['7.0.0', '6.2', true],
])('When the version is %s and the minimum %s, then it is new enough: %j', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});
