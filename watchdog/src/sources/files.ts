import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing } from './find-all.ts';

/** A file that is attached to its ticket, without its content. */
export interface FileRecord {
  readonly id: string;
  readonly ticketId: string;
  /** Hashes of the admission codes in it. */
  readonly codes: readonly string[];
}

/** The ticket that a code belongs to. */
export interface CodeRecord {
  /** The hash. */
  readonly id: string;
  readonly ticketId: string;
}

interface StoredFile {
  readonly _id: string;
  readonly ticketId?: string;
  readonly codes?: readonly string[];
}

interface StoredCode {
  readonly _id: string;
  readonly ticketId?: string;
}

export const readFiles = (databases: Databases, filter: Filter<StoredFile> = {}): Promise<FileRecord[]> =>
  findAll(
    collectionOf<StoredFile>(databases, 'tickets', 'files'),
    { filter: { ...filter, unattachedSince: { $exists: false } }, fields: ['ticketId', 'codes'] },
    (file) => ({ id: file._id, ticketId: file.ticketId ?? missing.text, codes: file.codes ?? [] }),
  );

export const readCodes = (databases: Databases, filter: Filter<StoredCode> = {}): Promise<CodeRecord[]> =>
  findAll(collectionOf<StoredCode>(databases, 'tickets', 'codes'), { filter, fields: ['ticketId'] }, (code) => ({
    id: code._id,
    ticketId: code.ticketId ?? missing.text,
  }));
