import { expression, type Expression } from '@ticketing/common/messaging';

const incremented = (field: '$revision' | '$version') => ({ $add: [field, 1] });
const nextEdit = { revision: incremented('$revision'), version: incremented('$version') };

/** Of a write by which the seller changes the listing: orders for the listing as it was before are refused. */
export const nextRevision = {
  revision: expression(incremented('$revision')),
  lastEdit: expression(nextEdit),
};

/** `uncounted` of a write that changes what the ticket's event has on sale, or how; of an edit, for its new event too. */
export const uncountedIn = (...eventIds: readonly string[]): Expression =>
  expression({
    $setUnion: [
      { $ifNull: ['$uncounted', []] },
      [{ $ifNull: ['$eventId', ''] }, ...eventIds.map((id) => ({ $literal: id }))],
    ],
  });

/** Takes a ticket off sale for good. */
export const withdrawal = (now: Date) => ({
  availability: 'withdrawn' as const,
  withdrawnAt: now,
  ...nextRevision,
  uncounted: uncountedIn(),
});

const ifClosed = (then: unknown, otherwise: unknown): Expression =>
  expression({ $cond: [{ $eq: ['$sellerClosed', true] }, then, otherwise] });

/** Puts a ticket on sale again, or takes it off sale for good if its seller's account has been closed meanwhile. */
export const release = (now: Date) => ({
  availability: ifClosed('withdrawn', 'on_sale'),
  withdrawnAt: ifClosed(now, '$$REMOVE'),
  revision: ifClosed(incremented('$revision'), '$revision'),
  lastEdit: ifClosed(nextEdit, '$lastEdit'),
  uncounted: uncountedIn(),
});
