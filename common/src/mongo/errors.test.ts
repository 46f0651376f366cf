import { expect, test } from '@jest/globals';
import { MongoBulkWriteError, MongoNetworkError, MongoServerError } from 'mongodb';
import { isDatabaseUnreachable, isDuplicateKey } from './errors.ts';

// The constructor of the driver's result is internal.
const wrapped = (cause: ConstructorParameters<typeof MongoBulkWriteError>[0], writeConcernError?: object): Error =>
  Reflect.construct(MongoBulkWriteError, [cause, { getWriteConcernError: () => writeConcernError }]);

test('When the connection is lost during a bulk write, then the database is unreachable', () => {
  expect(isDatabaseUnreachable(wrapped(new MongoNetworkError('connection closed')))).toBe(true);
});

test('When the server shuts down during a bulk write, then the database is unreachable', () => {
  expect(isDatabaseUnreachable(wrapped({ message: 'interrupted at shutdown', code: 11_600, writeErrors: [] }))).toBe(
    true,
  );
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
