import { expect, test } from '@jest/globals';
import { codePath } from './code-path.ts';

test('When a code has runs of black modules, then each is one rectangle of the path, and rows do not run into each other', () => {
  // 110
  // 011
  // 111
  const modules = Buffer.from([0b11001111, 0b10000000]).toString('base64');
  expect(codePath({ width: 3, height: 3, modules })).toBe('M0 0h2v1h-2zM1 1h2v1h-2zM0 2h3v1h-3z');
});
