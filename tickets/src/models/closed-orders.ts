import type { ClaimRefusalReason } from '@ticketing/common/events';
import { expression, type Expression } from '@ticketing/common/messaging';
import { claimGraceMs } from '../domain/claim-decision.ts';

/**
 * An entry outlives the time in which a claim of its order is accepted, so no order can claim a ticket after it was
 * cancelled. The difference covers a database clock that goes back when another server becomes primary.
 */
const keptAfterDeadlineMs = claimGraceMs + 3 * 60_000;

/** Longest window for payment: entries of earlier releases have no deadline. */
const maxWindowMs = 24 * 60 * 60 * 1000;

/**
 * About 8 KB of a document, and orders of the last 10 s at 10 orders and cancellations a second, while a redelivered event
 * arrives within 3 s. Should an order claim after its entry has gone, then orders finds a ticket held by a cancelled order
 * and republishes its cancellation, which releases the ticket.
 */
export const maxClosedOrders = 100;

const stillKept = (entries: unknown, now: Date) => ({
  $filter: {
    input: entries,
    as: 'closed',
    cond: {
      $gt: [
        { $ifNull: ['$$closed.expiresAt', { $add: ['$$closed.at', maxWindowMs] }] },
        new Date(now.getTime() - keptAfterDeadlineMs),
      ],
    },
  },
});

/** Whether the entry of an order with this deadline has been dropped by `time`. */
export const isNoLongerKept = (expiresAt: string, time: Date): boolean =>
  time.getTime() - Date.parse(expiresAt) >= keptAfterDeadlineMs;

/** The ticket's closed orders without those that are no longer kept. */
export const keptClosedOrders = (now: Date): Expression => expression(stillKept('$closedOrders', now));

/**
 * The ticket's closed orders that are still kept, with this one, and the reason if its claim was refused; above the maximum
 * those nearest to their deadlines are dropped. For a write whose filter excludes tickets that already have the order.
 */
export const withClosedOrder = (
  order: { readonly id: string; readonly expiresAt: string },
  now: Date,
  reason?: ClaimRefusalReason,
): Expression =>
  expression({
    $slice: [
      {
        $sortArray: {
          input: stillKept(
            {
              $concatArrays: [
                '$closedOrders',
                [
                  {
                    id: { $literal: order.id },
                    at: now,
                    expiresAt: new Date(order.expiresAt),
                    ...(reason === undefined ? {} : { reason }),
                  },
                ],
              ],
            },
            now,
          ),
          sortBy: { expiresAt: 1 },
        },
      },
      -maxClosedOrders,
    ],
  });
