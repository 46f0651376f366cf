import type { SourceEdit } from './guards.ts';

/** The values and the field that only the next version knows. */
export const next = { reason: 'event_moved', category: 'dance', gate: 'North' } as const;

/**
 * Makes the next version of the product: one more category, one more reason to cancel an order, which buyers give when they
 * cancel, and a new optional field of a ticket and its events.
 */
export const nextVersion: readonly SourceEdit[] = [
  {
    file: 'common/src/events/statuses.ts',
    find: "  'payment_failed',\n",
    replacement: `  'payment_failed',\n  '${next.reason}',\n`,
  },
  {
    file: 'orders/src/commands/cancel-own-order.ts',
    find: "reason: 'by_buyer'",
    replacement: `reason: '${next.reason}'`,
  },
  {
    file: 'common/src/events/listing-details.ts',
    find: "'festivals', 'other'] as const",
    replacement: `'festivals', '${next.category}', 'other'] as const`,
  },
  {
    file: 'common/src/events/ticket.ts',
    find: '  soldAt: z.iso.datetime().optional(),\n',
    replacement: '  soldAt: z.iso.datetime().optional(),\n  gate: z.string().optional(),\n',
  },
  {
    file: 'tickets/src/models/ticket.ts',
    find: '    soldAt: { type: Date },\n',
    replacement: '    soldAt: { type: Date },\n    gate: { type: String },\n',
  },
  {
    file: 'tickets/src/commands/create-ticket.ts',
    find: "availability: 'on_sale' as const,\n",
    replacement: `availability: 'on_sale' as const,\n      gate: '${next.gate}',\n`,
  },
];
