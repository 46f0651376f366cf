import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';

/** Names of server errors that are temporary and not caused by the request. */
const unreachableCodeNames = new Set([
  'NotWritablePrimary',
  'NotPrimaryNoSecondaryOk',
  'NotPrimaryOrSecondary',
  'PrimarySteppedDown',
  'InterruptedAtShutdown',
  'InterruptedDueToReplStateChange',
  'ShutdownInProgress',
  'HostUnreachable',
  'HostNotFound',
  'NetworkTimeout',
  'SocketException',
  'ExceededTimeLimit',
]);

/** The codes of the same errors: for a bulk write the driver reports no names. */
const unreachableCodes: ReadonlySet<unknown> = new Set([
  6, 7, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/**
 * Whether a write was made on the primary but not acknowledged by a majority in time, whatever the reason: it may still be
 * lost. A refusal by a unique index that comes with it is unknown too, since what it met may be lost.
 */
const isWithoutMajority = (error: unknown): boolean =>
  error instanceof MongoWriteConcernError ||
  (error instanceof MongoBulkWriteError && error.result.getWriteConcernError() !== undefined);

/** Whether the database was unreachable, so that the outcome of a write may be unknown. */
export const isDatabaseUnreachable = (error: unknown): boolean =>
  isWithoutMajority(error) ||
  error instanceof MongoNetworkError ||
  error instanceof MongoServerSelectionError ||
  (error instanceof MongoServerError && unreachableCodeNames.has(String(error.codeName))) ||
  (error instanceof MongoError && error.hasErrorLabel('RetryableWriteError')) ||
  (error instanceof MongoBulkWriteError &&
    (unreachableCodes.has(error.code) || isDatabaseUnreachable(error.errorResponse))) ||
  (error instanceof Error &&
    ['MongoPoolClearedError', 'MongoTopologyClosedError', 'MongoNotConnectedError', 'MongoClientClosedError'].includes(
      error.name,
    ));

/** Whether a unique index has refused the write; not of a batch that was made without a majority, whose outcome is unknown. */
export const isDuplicateKey = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000 && !isWithoutMajority(error);

/** Whether an operation was ended because it exceeded its `maxTimeMS`. */
export const isTimeout = (error: unknown): boolean => error instanceof MongoServerError && error.code === 50;
