import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
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
  'WriteConcernFailed',
]);

/** The codes of the same errors: for a bulk write the driver reports no names. */
const unreachableCodes: ReadonlySet<unknown> = new Set([
  6, 7, 64, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/** Whether the database was unreachable, so that the outcome of a write may be unknown. */
export const isDatabaseUnreachable = (error: unknown): boolean =>
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

/** Whether a unique index has refused the write. */
export const isDuplicateKey = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
