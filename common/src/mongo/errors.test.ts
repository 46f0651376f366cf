import { expect, test } from '@jest/globals';
import { MongoBulkWriteError, MongoNetworkError, MongoServerError } from 'mongodb';
import { isDatabaseUnreachable, isDuplicateKey } from './errors.ts';

// The constructor of the driver's result is internal.
const wrapped = (cause: ConstructorParameters<typeof MongoBulkWriteError>[0], writeConcernError?: object): Error =>
  Reflect.construct(MongoBulkWriteError, [cause, { getWriteConcernError: () => writeConcernError }]);

/** As the driver reports it when writes of one bulk fail with these codes: its own code is the first of them. */
const bulkError = (...codes: readonly number[]): Error =>
  Reflect.construct(MongoBulkWriteError, [
    { message: 'a bulk write', code: codes[0], writeErrors: codes.map((code, index) => ({ code, index })) },
    { getWriteConcernError: () => undefined },
  ]);

test('When the connection is lost during a bulk write, then the database is unreachable', () => {
  expect(isDatabaseUnreachable(wrapped(new MongoNetworkError('connection closed')))).toBe(true);
});

test('When the server shuts down during a bulk write, then the database is unreachable', () => {
  expect(isDatabaseUnreachable(wrapped({ message: 'interrupted at shutdown', code: 11_600, writeErrors: [] }))).toBe(
    true,
  );
});

test.each([
  ['ReadConcernMajorityNotAvailableYet', 134],
  ['InterruptedDueToReplStateChange', 11_602],
])('When the server responds with %s, then the database is unreachable', (codeName, code) => {
  expect(isDatabaseUnreachable(new MongoServerError({ message: codeName, code, codeName }))).toBe(true);
  expect(isDatabaseUnreachable(wrapped({ message: codeName, code, writeErrors: [] }))).toBe(true);
});

test('When the primary steps down in the middle of a bulk write, then the database is unreachable and nothing counts as refused', () => {
  const error = bulkError(11_000, 11_602, 11_602);
  expect(isDatabaseUnreachable(error)).toBe(true);
  expect(isDuplicateKey(error)).toBe(false);
});

test('When a unique index refuses all failed writes of a bulk, then it is a duplicate key', () => {
  expect(isDuplicateKey(bulkError(11_000, 11_000))).toBe(true);
  expect(isDuplicateKey(bulkError(11_000, 50))).toBe(false);
});

test('When a unique index refuses a write, then the database is reachable', () => {
  const refused = new MongoServerError({ message: 'duplicate key', code: 11_000 });
  expect(isDatabaseUnreachable(refused)).toBe(false);
  expect(isDuplicateKey(refused)).toBe(true);
  expect(isDatabaseUnreachable(wrapped({ message: 'duplicate key', code: 11_000, writeErrors: [] }))).toBe(false);
});

test('When a unique index refuses a write of a batch that no majority has acknowledged, then the outcome is unknown', () => {
  const refused = { message: 'duplicate key', code: 11_000, writeErrors: [] };
  expect(isDuplicateKey(wrapped(refused))).toBe(true);
  const unknown = wrapped(refused, { code: 64, errmsg: 'waiting for replication timed out' });
  expect([isDuplicateKey(unknown), isDatabaseUnreachable(unknown)]).toEqual([false, true]);
});
