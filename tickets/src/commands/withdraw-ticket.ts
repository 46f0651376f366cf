import { BadRequestError, NotAuthorizedError } from '@ticketing/common/errors';
import { ticketUpdated, type Trace } from '@ticketing/common/events';
import type { Transaction } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import { withdrawal } from '../models/listing-changes.ts';
import { getTicket } from '../queries/get-ticket.ts';

export interface WithdrawTicket {
  readonly ticketId: string;
  readonly userId: string;
  readonly trace: Trace;
}

/**
 * Takes a ticket off sale for good, for its seller; a withdrawn ticket stays as it is. A release before this one refuses
 * claims and edits of it as well, since it is not on sale. The codes of its file are free again for another listing.
 * @throws NotFoundError, NotAuthorizedError, BadRequestError for a held or sold ticket, EventBacklogError while too many
 *   earlier changes wait to be published.
 */
export const withdrawTicket = async (deps: Deps, request: WithdrawTicket): Promise<void> => {
  if (await withdraw(deps, request, {})) return;
  let ticket = await getTicket(deps, request);
  if (ticket.userId !== request.userId) throw new NotAuthorizedError();
  if (ticket.fileId !== undefined) {
    if (await withdrawWithCodes(deps, request)) return;
    ticket = await getTicket(deps, request);
  }
  if (ticket.availability === 'withdrawn') return;
  if (ticket.availability === 'sold') throw new BadRequestError('Cannot withdraw a sold ticket');
  // Also if it was released just now: it was held when the write found it not on sale.
  throw new BadRequestError('Cannot withdraw a reserved ticket');
};

const withdrawWithCodes = (deps: Deps, request: WithdrawTicket): Promise<boolean> =>
  deps.transaction(async (transaction) => {
    if (!(await withdraw(deps, request, { transaction }))) return false;
    await deps.codes.deleteMany({ ticketId: request.ticketId }, { session: transaction.session });
    return true;
  });

/** Without a transaction, only a ticket that has no file. */
const withdraw = async (
  deps: Deps,
  { ticketId, userId, trace }: WithdrawTicket,
  within: { readonly transaction?: Transaction },
): Promise<boolean> => {
  const after = await deps.ticketStore.change({
    filter: {
      _id: ticketId,
      userId,
      availability: { $in: ['on_sale', 'over'] },
      ...(within.transaction === undefined ? { fileId: { $exists: false } } : {}),
    },
    set: withdrawal(deps.now()),
    event: ticketUpdated,
    trace,
    whenBacklogged: 'refuse',
    ...within,
  });
  if (after !== null) deps.clearListCache();
  return after !== null;
};
