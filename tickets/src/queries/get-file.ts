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
 * The file of a ticket: for its seller until the ticket is sold, from then on for its buyer.
 * @throws NotFoundError also before the ticket is delivered, NotAuthorizedError for anybody else.
 */
export const getFile = async (deps: Deps, request: FileRequest): Promise<TicketFile> => {
  const { title, file } = await findFile(deps, request);
  const { contentType, bytes } = file;
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
  const { file } = await findFile(deps, request);
  const { codes, drawings, contentType, bytes } = file;
  const total = codes.length;
  if (drawings !== undefined) return { total, drawings };
  const inspection = await deps.inspectFile(Buffer.from(bytes.value()), contentType, request.userId);
  return { total, drawings: inspection.kind === 'readable' ? inspection.drawings : [] };
};

const findFile = async (deps: Deps, { ticketId, userId }: FileRequest) => {
  const ticket = await getTicket(deps, { ticketId, userId });
  const reader = ticket.availability === 'sold' ? ticket.buyerId : ticket.userId;
  const isOver = ticket.deliveryFailedAt !== undefined || ticket.deliveryEndedAt !== undefined;
  if (reader !== userId || isOver) throw new NotAuthorizedError();
  const file = ticket.fileId === undefined ? null : await deps.files.findOne({ _id: ticket.fileId });
  if (file === null) throw new NotFoundError('This ticket has no file yet');
  return { title: ticket.title, file };
};
