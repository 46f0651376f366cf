import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';

/** Names of server errors that say "not now" and nothing about the request. */
const awayCodeNames = new Set([
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

/** The same by their codes, which is all that the driver leaves of an error that befell a bulk write. */
const awayCodes: ReadonlySet<unknown> = new Set([
  6, 7, 64, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/** Whether the error means that the database was not there, so that the outcome of a write may be unknown. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof MongoNetworkError ||
  error instanceof MongoServerSelectionError ||
  (error instanceof MongoServerError && awayCodeNames.has(String(error.codeName))) ||
  (error instanceof MongoError && error.hasErrorLabel('RetryableWriteError')) ||
  (error instanceof MongoBulkWriteError && (awayCodes.has(error.code) || isDatabaseAway(error.errorResponse))) ||
  (error instanceof Error &&
    ['MongoPoolClearedError', 'MongoTopologyClosedError', 'MongoNotConnectedError', 'MongoClientClosedError'].includes(
      error.name,
    ));

/** Whether a unique index refused the write. */
export const isDuplicateKey = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
