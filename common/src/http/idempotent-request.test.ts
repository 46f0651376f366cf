import { expect, test } from '@jest/globals';
import { idempotentRequest } from './idempotent-request.ts';

const requestWith = (body: unknown, ...keys: string[]) =>
  idempotentRequest({ headersDistinct: { 'idempotency-key': keys }, body });

test('When a request has no key, then it is not idempotent', () => {
  expect(idempotentRequest({ headersDistinct: {}, body: {} })).toBeUndefined();
});

test.each(['k', '0f9c2c7e-1f2f-4c63-9d0e-6a2f3f2b8f0e', '~ a key!', 'x'.repeat(255)])(
  'When the key is %j, then the request has it',
  (key) => {
    expect(requestWith({}, key)).toMatchObject({ key });
  },
);

test.each([
  ['is empty', ['']],
  ['is too long', ['x'.repeat(256)]],
  ['is not ASCII', ['ké']],
  ['has a control character', ['a\tb']],
  ['is given twice', ['a', 'a']],
])('When the key %s, then the request is refused', (_, keys) => {
  const read = () => requestWith({}, ...keys);
  expect(read).toThrow('Idempotency-Key must be 1 to 255 printable ASCII characters');
  expect(read).toThrow(expect.objectContaining({ statusCode: 400, field: 'Idempotency-Key' }));
});

const body = { title: 'Final', price: 20, seats: [{ row: 'A', seat: '1' }, null] };

test.each([
  [{ price: 20, seats: [{ seat: '1', row: 'A' }, null], title: 'Final' }, true],
  [{ ...body, price: 20.5 }, false],
  [{ ...body, price: '20' }, false],
  [{ ...body, seats: [null, { row: 'A', seat: '1' }] }, false],
  [{ ...body, city: 'Leeds' }, false],
  [undefined, false],
])('When the other body is %j, then it is the same: %j', (other, isSame) => {
  expect(requestWith(other, 'k')?.bodyHash === requestWith(body, 'k')?.bodyHash).toBe(isSame);
});

test('When a body is nested too deeply to be compared, then the request is refused', () => {
  const nested: unknown = JSON.parse(`${'['.repeat(40_000)}${']'.repeat(40_000)}`);
  expect(() => requestWith(nested, 'k')).toThrow(expect.objectContaining({ statusCode: 400 }));
});
