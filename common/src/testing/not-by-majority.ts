import type { Document } from 'mongodb';

const reads = ['find', 'aggregate', 'count', 'distinct'] as const;
const writes = ['insert', 'update', 'delete', 'findAndModify'] as const;
const isOneOf = (command: Document, names: readonly string[]): boolean => names.some((name) => name in command);

/** Writes without write concern majority, which a killed server may lose, and reads without read concern majority. */
export const notByMajority = (commands: readonly Document[]): Document[] =>
  commands.filter(
    (command) =>
      (isOneOf(command, writes) && command.writeConcern?.w !== 'majority') ||
      (isOneOf(command, reads) && command.readConcern?.level !== 'majority'),
  );
