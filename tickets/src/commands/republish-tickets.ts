import { ticketUpdated, type Trace } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/** `orders` republishes after 30 s at the earliest; its clock and ours may differ by some seconds. */
export const republishedAfterMs = 10_000;

/** Whether an event was published long after its effect: then it is not a duplicate but republished, since our response was lost. */
export const isRepublished = (time: Date, effectAt: Date | undefined): boolean =>
  effectAt !== undefined && time.getTime() - effectAt.getTime() > republishedAfterMs;

/** Republishes the current states of tickets, under new event ids and without raising their versions. */
export const republishTickets = async (
  deps: Deps,
  tickets: readonly { readonly filter: Filter<TicketDocument> & { readonly _id: string }; readonly trace: Trace }[],
): Promise<void> => {
  const made = await deps.ticketStore.republish(
    tickets.map(({ filter, trace }) => ({ filter, set: {}, event: ticketUpdated, trace })),
  );
  deps.metrics.ticketsRepublished.inc(made.filter(Boolean).length);
};
