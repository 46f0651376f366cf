import { newTrace, ticketUpdated, type Trace, type UserState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { Filter } from 'mongodb';
import type { Deps } from '../deps.ts';
import { withdrawal } from '../models/listing-changes.ts';
import type { TicketDocument } from '../models/open-models.ts';

const pageSize = 200;

/** A ticket whose event has begun is still shown under its id, and its file and codes are its seller's. */
const unsold: readonly TicketDocument['availability'][] = ['on_sale', 'over'];

/** Withdraws what a closed account has not sold. */
export const withdrawListings =
  (deps: Deps) =>
  async ({ state, trace }: Received<Pick<UserState, 'id' | 'closedAt'>>): Promise<void> => {
    await deps.closedAccounts.add(state);
    await withdrawListingsOf(deps, { userIds: [state.id], trace });
  };

/** Withdraws what a suspended account has not sold, for good. */
export const withdrawSuspendedListings =
  (deps: Deps) =>
  async ({ state, trace }: Received<Pick<UserState, 'id' | 'suspendedAt' | 'reinstatedAt'>>): Promise<void> => {
    if (await deps.closedAccounts.addSuspension(state)) await withdrawListingsOf(deps, { userIds: [state.id], trace });
  };

/**
 * Withdraws listings that a request made while its account was closed and whose process died before it saw that; and those
 * that a replica of a release without `sellerClosed` has released.
 */
export const withdrawLateListings = async (deps: Deps): Promise<void> => {
  const trace = newTrace(deps, 'closed-accounts');
  await withdrawListingsOf(deps, { userIds: await deps.closedAccounts.recent(), trace });
  await withdrawAll(deps, { sellerClosed: true }, trace);
  await forgetFiles(deps);
};

/** Deletes the files and the codes of what closed accounts had listed: a withdrawn ticket stays withdrawn. */
const forgetFiles = async (deps: Deps): Promise<void> => {
  const forgotten = { sellerClosed: true, availability: 'withdrawn' as const, fileId: { $exists: true } };
  const page = await deps.tickets.find(forgotten, { projection: { _id: 1 }, limit: pageSize }).toArray();
  if (page.length === 0) return;
  const ids = page.map(({ _id }) => _id);
  await deps.codes.deleteMany({ ticketId: { $in: ids } });
  await deps.files.deleteMany({ ticketId: { $in: ids } });
  await deps.tickets.updateMany({ ...forgotten, _id: { $in: ids } }, { $unset: { fileId: true } });
};

/**
 * A held ticket stays with its buyer: the mark makes the write that releases it withdraw it. All tickets are marked before
 * the others are read, so a claim or a release in between leaves none on sale.
 */
export const withdrawListingsOf = async (
  deps: Deps,
  { userIds, trace }: { readonly userIds: readonly string[]; readonly trace: Trace },
): Promise<void> => {
  if (userIds.length === 0) return;
  const owned = { userId: { $in: [...userIds] } };
  await deps.tickets.updateMany(
    { ...owned, availability: { $in: [...unsold, 'held'] }, sellerClosed: { $ne: true } },
    { $set: { sellerClosed: true } },
  );
  await withdrawAll(deps, owned, trace);
};

const withdrawAll = async (deps: Deps, which: Filter<TicketDocument>, trace: Trace): Promise<void> => {
  const availability = { $in: [...unsold] };
  for (;;) {
    const page = await deps.tickets
      .find({ ...which, availability }, { projection: { _id: 1 }, limit: pageSize })
      .toArray();
    const made = await deps.ticketStore.changeMany(
      page.map(({ _id }) => ({
        filter: { _id, availability },
        set: withdrawal(deps.now()),
        event: ticketUpdated,
        trace,
      })),
    );
    if (made.includes(true)) deps.clearListCache();
    if (page.length < pageSize) return;
  }
};
