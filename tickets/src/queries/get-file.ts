import { NotAuthorizedError, NotFoundError } from '@ticketing/common/errors';
import type { Deps } from '../deps.ts';
import type { CodeDrawing } from '../files/code-drawing.ts';
import { getTicket } from './get-ticket.ts';

/** A ticket's file, as it is sent. */
export interface TicketFile {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Buffer;
}

const extensions: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
};
const maxNameLength = 60;

/** Letters and digits of the title only: it names no folder, and no other type. */
const nameOf = (title: string): string => {
  const words = title.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.join('-').slice(0, maxNameLength).toWellFormed() || 'ticket';
};

interface FileRequest {
  readonly ticketId: string;
  readonly userId: string;
}

/**
 * The file of a ticket: for its seller until the ticket is sold, from then on for its buyer, until the sale is undone.
 * @throws NotFoundError also before the ticket is delivered, NotAuthorizedError for anybody else.
 */
export const getFile = async (deps: Deps, request: FileRequest): Promise<TicketFile> => {
  const { title, fileId } = await findFileId(deps, request);
  const { contentType, bytes } = await deps.files.findOne({ _id: fileId }).then(orMissing);
  return {
    filename: `${nameOf(title)}.${extensions[contentType] ?? 'bin'}`,
    contentType,
    content: Buffer.from(bytes.value()),
  };
};

/** The codes in a ticket's file. */
export interface FileCodes {
  /** How many the file has. */
  readonly total: number;
  /** Those of them that are drawn, in the order of the pages. */
  readonly drawings: readonly CodeDrawing[];
}

/** The codes in that file. @throws the same, ServiceUnavailableError. */
export const getCodes = async (deps: Deps, request: FileRequest): Promise<FileCodes> => {
  const { fileId } = await findFileId(deps, request);
  // Without the file itself, which is large.
  const { codes, drawings } = await deps.files
    .findOne({ _id: fileId }, { projection: { codes: 1, drawings: 1 } })
    .then(orMissing);
  return { total: codes.length, drawings: drawings ?? (await drawCodes(deps, fileId, request.userId)) };
};

/** Draws and stores the codes of a file that the release before has stored. */
const drawCodes = async (deps: Deps, fileId: string, userId: string): Promise<readonly CodeDrawing[]> => {
  const { contentType, bytes } = await deps.files.findOne({ _id: fileId }).then(orMissing);
  const inspection = await deps.inspectFile(Buffer.from(bytes.value()), contentType, userId);
  const drawings = inspection.kind === 'readable' ? [...inspection.drawings] : [];
  await deps.files.updateOne({ _id: fileId, drawings: { $exists: false } }, { $set: { drawings } });
  return drawings;
};

const orMissing = <File>(file: File | null): File => {
  if (file === null) throw new NotFoundError('This ticket has no file yet');
  return file;
};

const findFileId = async (deps: Deps, { ticketId, userId }: FileRequest) => {
  const {
    availability,
    buyerId,
    userId: sellerId,
    deliveryFailedAt,
    deliveryEndedAt,
    fileId,
    title,
  } = await getTicket(deps, {
    ticketId,
    userId,
  });
  const reader = availability === 'sold' ? buyerId : sellerId;
  const isOver = deliveryFailedAt !== undefined || deliveryEndedAt !== undefined;
  if (reader !== userId || isOver) throw new NotAuthorizedError();
  return { title, fileId: orMissing(fileId ?? null) };
};
