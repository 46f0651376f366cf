import { ticketUpdated, type Trace } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import type { TicketDocument } from '../models/index.ts';
import type { Deps } from './deps.ts';

/** Orders tells of itself again after 30 s at the earliest; its clock and this one's may differ by some seconds. */
export const toldAgainAfterMs = 10_000;

/** Whether an event was made long after its effect: then it is no duplicate, but its order has not heard the answer. */
export const isToldAgain = (time: Date, effectAt: Date | undefined): boolean =>
  effectAt !== undefined && time.getTime() - effectAt.getTime() > toldAgainAfterMs;

/** Publishes the tickets' states once more, under new event ids and with the versions that they have. */
export const tellTicketsAgain = async (
  deps: Deps,
  tickets: readonly { readonly filter: Filter<TicketDocument> & { readonly _id: string }; readonly trace: Trace }[],
): Promise<void> => {
  const made = await deps.ticketStore.changeMany(
    tickets.map(({ filter, trace }) => ({ filter, set: {}, event: ticketUpdated, trace, again: true })),
  );
  deps.counters.toldAgain(made.filter(Boolean).length);
};
