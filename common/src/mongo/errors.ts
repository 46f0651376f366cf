import { ServiceUnavailableError } from '../errors/index.ts';
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
  'ReadConcernMajorityNotAvailableYet',
]);

/** The codes of the same errors: for a bulk write the driver reports no names. */
const unreachableCodes: ReadonlySet<unknown> = new Set([
  6, 7, 89, 91, 134, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/**
 * Whether a write was made on the primary but no majority acknowledged it in time: it may still be rolled back. So may the
 * document because of which a unique index refused another write of the same batch.
 */
const isWithoutMajority = (error: unknown): boolean =>
  error instanceof MongoWriteConcernError ||
  (error instanceof MongoBulkWriteError && error.result.getWriteConcernError() !== undefined);

const writeErrorCodes = (error: MongoBulkWriteError): unknown[] => [error.writeErrors].flat().map(({ code }) => code);

/** Whether the database was unreachable, so that the outcome of a write may be unknown. */
export const isDatabaseUnreachable = (error: unknown): boolean =>
  isWithoutMajority(error) ||
  error instanceof MongoNetworkError ||
  error instanceof MongoServerSelectionError ||
  (error instanceof MongoServerError && unreachableCodeNames.has(String(error.codeName))) ||
  (error instanceof MongoError && error.hasErrorLabel('RetryableWriteError')) ||
  (error instanceof MongoBulkWriteError &&
    ([error.code, ...writeErrorCodes(error)].some((code) => unreachableCodes.has(code)) ||
      isDatabaseUnreachable(error.errorResponse))) ||
  (error instanceof Error &&
    ['MongoPoolClearedError', 'MongoTopologyClosedError', 'MongoNotConnectedError', 'MongoClientClosedError'].includes(
      error.name,
    ));

/** Whether the driver has marked the error so. */
export const hasLabel = (
  error: unknown,
  label: 'TransientTransactionError' | 'UnknownTransactionCommitResult',
): boolean => error instanceof MongoError && error.hasErrorLabel(label);

const duplicateKey = 11_000;
const documentValidation = 121;

/** Whether a unique index has refused the write; false for a bulk whose outcome is unknown, or in which another error occurred too. */
export const isDuplicateKey = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  error.code === duplicateKey &&
  !isWithoutMajority(error) &&
  !(error instanceof MongoBulkWriteError && writeErrorCodes(error).some((code) => code !== duplicateKey));

/** Whether unique indexes or the validator refused some writes of a bulk, and a majority acknowledged all the others. */
export const isPartlyRefused = (error: unknown): error is MongoBulkWriteError =>
  error instanceof MongoBulkWriteError &&
  error.result.getWriteConcernError() === undefined &&
  error.result.getWriteErrors().length > 0 &&
  error.result.getWriteErrors().every(({ code }) => code === duplicateKey || code === documentValidation);

/** Whether an operation was ended because it exceeded its `maxTimeMS`. */
const isTimeout = (error: unknown): boolean => error instanceof MongoServerError && error.code === 50;

/** The result of a read with a `maxTimeMS`. @throws ServiceUnavailableError with this message when it takes longer. */
export const readInTime = async <Result>(message: string, read: () => Promise<Result>): Promise<Result> => {
  try {
    return await read();
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new ServiceUnavailableError(message, { cause: error });
  }
};
