import { z } from 'zod';
import { record, withRecords, type Lookup } from './domain/records.ts';
import { render } from './objects/render.ts';

/** The API version whose objects the sandbox shows; a test compares it with the SDK's own. */
export const apiVersion = '2026-10-28.endive';

export const eventTypes = [
  'payment_intent.created',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'charge.succeeded',
  'charge.failed',
  'charge.refunded',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refund.updated',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_reinstated',
  'account.updated',
  'transfer.created',
  'transfer.reversed',
] as const;

export type EventType = (typeof eventTypes)[number];

/** An event as stored: `record` is the object's state when the event happened. */
export const eventRecord = z.object({
  id: z.string(),
  type: z.enum(eventTypes),
  created: z.number().int(),
  request: z.object({ id: z.string().nullable(), idempotency_key: z.string().nullable() }),
  /** Whether the webhook endpoint receives it. */
  isSent: z.boolean().default(true),
  record,
});

export type EventRecord = z.infer<typeof eventRecord>;

/** Stripe's event object, in lists and as the body of a webhook. */
export const eventObject = (lookup: Lookup, event: EventRecord, isPending: boolean) => ({
  id: event.id,
  object: 'event',
  // Events of connected accounts name them.
  ...(event.record.object === 'account' ? { account: event.record.id } : {}),
  api_version: apiVersion,
  created: event.created,
  data: { object: render(withRecords(lookup, [event.record]), event.record) },
  livemode: false,
  pending_webhooks: isPending ? 1 : 0,
  request: event.request,
  type: event.type,
});
