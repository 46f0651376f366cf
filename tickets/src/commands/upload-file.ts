import { BadRequestError, ConflictError, NotFoundError, ServiceUnavailableError } from '@ticketing/common/errors';
import { ticketUpdated, type Trace } from '@ticketing/common/events';
import { isDuplicateKey, type Transaction } from '@ticketing/common/mongo';
import { Binary } from 'mongodb';
import { createHash, createHmac } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { filePurpose } from '../domain/file-purpose.ts';
import type { FileType } from '../files/inspect-file.ts';
import { nextRevision, uncountedIn } from '../models/listing-changes.ts';
import type { FileDocument, TicketDocument } from '../models/open-models.ts';
import { getTicket } from '../queries/get-ticket.ts';

export interface UploadFile {
  readonly ticketId: string;
  readonly userId: string;
  readonly bytes: Buffer;
  readonly contentType: FileType;
  /** The seller has confirmed that the file has no code. */
  readonly mayHaveNoCode: boolean;
  readonly trace: Trace;
}

/**
 * Attaches a file to its ticket: before the sale a change of the listing, afterwards the delivery. No code in it may belong to
 * another ticket that is on sale, held or sold. The same file again changes nothing.
 * @throws NotFoundError, NotAuthorizedError, BadRequestError for a file or a state of the ticket that does not do, ConflictError
 *   for a code of another ticket, ServiceUnavailableError, EventBacklogError.
 */
export const uploadFile = async (deps: Deps, request: UploadFile): Promise<TicketDocument> => {
  const { ticketId, userId, bytes, contentType } = request;
  const before = await getTicket(deps, request);
  filePurpose(before, userId);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const attached = { _id: before.fileId ?? '', sha256, contentType };
  if ((await deps.files.findOne(attached, { projection: { _id: 1 } })) !== null) return before;
  const inspection = await deps.inspectFile(bytes, contentType, userId);
  if (inspection.kind === 'refused') throw new BadRequestError(inspection.message);
  if (inspection.codes.length === 0 && !request.mayHaveNoCode) {
    throw new BadRequestError(
      'No code can be read in this file; confirm that it has none, or upload another one',
      'confirm',
    );
  }
  const now = deps.now();
  const file = {
    _id: deps.newId(),
    ticketId,
    contentType,
    sha256,
    pages: inspection.pages,
    codes: [...new Set(inspection.codes.map((code) => createHmac('sha256', deps.codeKey).update(code).digest('hex')))],
    drawings: inspection.drawings,
    bytes: new Binary(bytes),
    createdAt: now,
    unattachedSince: now,
  };
  await deps.files.insertOne(file);
  try {
    return await attach(deps, request, file);
  } catch (error) {
    // It may have been attached, if the outcome of the transaction is unknown.
    await deps.files.deleteOne({ _id: file._id, unattachedSince: { $exists: true } });
    throw error;
  } finally {
    deps.clearListCache();
  }
};

const attach = async (deps: Deps, request: UploadFile, file: FileDocument): Promise<TicketDocument> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await deps.transaction((transaction) => attachIn(transaction, deps, request, file));
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      if (attempt > 0 || !(await releaseWithdrawnCodes(deps, file))) {
        throw new ConflictError('This ticket is listed already', { cause: error });
      }
    }
  }
};

/** Of two transactions that write the same code, ticket or file, the second begins anew. */
const attachIn = async (
  transaction: Transaction,
  deps: Deps,
  { ticketId, userId, trace }: UploadFile,
  { _id: fileId, codes }: FileDocument,
): Promise<TicketDocument> => {
  const { session } = transaction;
  const ticket = await deps.tickets.findOne({ _id: ticketId }, { session, projection: { outbox: 0, closedOrders: 0 } });
  if (ticket === null) throw new NotFoundError('Ticket not found');
  const purpose = filePurpose(ticket, userId);
  const { matchedCount } = await deps.files.updateOne(
    { _id: fileId },
    { $unset: { unattachedSince: true } },
    { session },
  );
  if (matchedCount === 0) throw new ServiceUnavailableError('The file was kept for too long, please upload it again');
  if (ticket.fileId !== undefined) await deps.files.deleteOne({ _id: ticket.fileId }, { session });
  if (codes.length > 0) {
    await deps.codes.bulkWrite(
      codes.map((_id) => ({ updateOne: { filter: { _id, ticketId }, update: { $set: { ticketId } }, upsert: true } })),
      { session },
    );
  }
  await deps.codes.deleteMany({ ticketId, _id: { $nin: [...codes] } }, { session });
  const change = {
    filter: { _id: ticketId, version: ticket.version, availability: ticket.availability },
    event: ticketUpdated,
    trace,
    transaction,
    whenBacklogged: 'refuse' as const,
  };
  const file = { fileId, delivery: 'instant' as const };
  const after =
    purpose === 'delivery'
      ? await deps.ticketStore.change({
          ...change,
          set: { ...file, deliveredAt: deps.now() },
          unset: ['dueAt'],
        })
      : await deps.ticketStore.change({
          ...change,
          set: {
            ...file,
            ...nextRevision,
            uncounted: uncountedIn(),
            // The search keys stay those of the listing.
            ...(ticket.keysOf?.revision === ticket.revision
              ? { keysOf: { ...ticket.keysOf, revision: ticket.revision + 1 } }
              : {}),
          },
        });
  if (after === null) throw new ConflictError('The ticket has been changed in the meantime');
  return after;
};

/**
 * Releases codes of withdrawn tickets, which a replica of a release without files, or the closing of an account, has left.
 * Returns whether there were any: a withdrawn ticket stays withdrawn, so nobody needs them again.
 */
const releaseWithdrawnCodes = async (deps: Deps, { ticketId, codes }: FileDocument): Promise<boolean> => {
  const taken = await deps.codes.find({ _id: { $in: [...codes] }, ticketId: { $ne: ticketId } }).toArray();
  const withdrawn = await deps.tickets
    .find({ _id: { $in: taken.map((code) => code.ticketId) }, availability: 'withdrawn' }, { projection: { _id: 1 } })
    .toArray();
  // None of them may have been released meanwhile.
  if (taken.length > 0 && withdrawn.length === 0) return false;
  await deps.codes.deleteMany({ ticketId: { $in: withdrawn.map(({ _id }) => _id) } });
  return true;
};
