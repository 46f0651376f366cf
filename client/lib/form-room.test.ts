import { expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { createFormRoom } from './form-room.ts';

const megabyte = 1024 * 1024;
const request = (bytes?: number) => ({
  headers: bytes === undefined ? {} : { 'content-length': String(bytes) },
});

test('When a form is larger than one with the file of a ticket, then it is not read', () => {
  const { take } = createFormRoom();
  expect(take(request(6 * megabyte), new EventEmitter())).toBe('taken');
  expect(take(request(6 * megabyte + 1), new EventEmitter())).toBe('too-large');
});

test('When forms of 64 MB are being received, then another waits until one has its response', () => {
  const { take } = createFormRoom();
  const responses = Array.from({ length: 10 }, () => new EventEmitter());
  // One without a length counts as 6 MB.
  for (const response of responses) expect(take(request(), response)).toBe('taken');
  expect(take(request(4 * megabyte), new EventEmitter())).toBe('taken');
  expect(take(request(1), new EventEmitter())).toBe('full');
  responses[0]?.emit('close');
  expect(take(request(6 * megabyte), new EventEmitter())).toBe('taken');
  expect(take(request(1), new EventEmitter())).toBe('full');
});
