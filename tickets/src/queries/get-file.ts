import { NotAuthorizedError, NotFoundError } from '@ticketing/common/errors';
import type { Deps } from '../deps.ts';
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

/**
 * The file of a ticket: for its seller until the ticket is sold, from then on for its buyer.
 * @throws NotFoundError also before the ticket is delivered, NotAuthorizedError for anybody else.
 */
export const getFile = async (
  deps: Deps,
  { ticketId, userId }: { readonly ticketId: string; readonly userId: string },
): Promise<TicketFile> => {
  const ticket = await getTicket(deps, { ticketId, userId });
  const reader = ticket.availability === 'sold' ? ticket.buyerId : ticket.userId;
  const isOver = ticket.deliveryFailedAt !== undefined || ticket.deliveryEndedAt !== undefined;
  if (reader !== userId || isOver) throw new NotAuthorizedError();
  const file = ticket.fileId === undefined ? null : await deps.files.findOne({ _id: ticket.fileId });
  if (file === null) throw new NotFoundError('This ticket has no file yet');
  const { contentType, bytes } = file;
  return {
    filename: `${nameOf(ticket.title)}.${extensions[contentType] ?? 'bin'}`,
    contentType,
    content: Buffer.from(bytes.value()),
  };
};
