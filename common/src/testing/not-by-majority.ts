import type { Document } from 'mongodb';

const reads = ['find', 'aggregate', 'count', 'distinct'] as const;
const writes = ['insert', 'update', 'delete', 'findAndModify'] as const;
const isOneOf = (command: Document, names: readonly string[]): boolean => names.some((name) => name in command);

/**
 * Writes without write concern majority, which a killed server may lose, and reads without read concern majority. In a
 * transaction its first command has the read concern and its commit the write concern.
 */
export const notByMajority = (commands: readonly Document[]): Document[] =>
  commands.filter(
    (command) =>
      (isOneOf(command, ['commitTransaction']) && command.writeConcern?.w !== 'majority') ||
      (command.startTransaction === true && command.readConcern?.level !== 'majority') ||
      (command.autocommit !== false && isOutsideTransaction(command)),
  );

const isOutsideTransaction = (command: Document): boolean =>
  (isOneOf(command, writes) && command.writeConcern?.w !== 'majority') ||
  (isOneOf(command, reads) && command.readConcern?.level !== 'majority');
