import { z } from 'zod';
import { movedBy, withRecords, type Dispute } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { expand, flag, mergedMetadata, metadata, text } from '../params.ts';
import { notFound, StripeError } from '../stripe-error.ts';
import { newBalanceTransaction } from './balance-transaction.ts';
import { noResponse, type Change, type Context } from './change.ts';

export const updateDisputeParams = z.strictObject({
  evidence: z.record(z.string(), text).optional(),
  expand,
  metadata: metadata.optional(),
  submit: flag.optional(),
});

export const closeDisputeParams = z.strictObject({ expand });

const open = (context: Context, id: string): Dispute => {
  const dispute = context.lookup.dispute(id);
  if (dispute === undefined) throw notFound('dispute', id, 'dispute');
  if (dispute.status === 'needs_response' || dispute.status === 'under_review') return dispute;
  throw new StripeError(400, { message: 'This dispute is already closed' });
};

const ends: ReadonlySet<Dispute['status']> = new Set(['won', 'lost', 'warning_closed']);

/** What a bank does with a dispute: it gets another status, or money moves, or both. `moved` is negative if it is withdrawn. */
export const changeDispute = (
  context: Context,
  dispute: Dispute,
  {
    status = dispute.status,
    moved = 0,
  }: { readonly status?: Dispute['status'] | undefined; readonly moved?: number | undefined },
): Change => {
  const movement = newBalanceTransaction(context, {
    type: 'adjustment',
    amount: moved,
    currency: dispute.currency,
    source: dispute.id,
  });
  const hasMoved = moved !== 0;
  const record: Dispute = {
    ...dispute,
    status,
    balanceTransactions: hasMoved ? [...dispute.balanceTransactions, movement.id] : dispute.balanceTransactions,
  };
  const fundsEvent = moved < 0 ? 'charge.dispute.funds_withdrawn' : 'charge.dispute.funds_reinstated';
  return {
    ...noResponse,
    records: hasMoved ? [record, movement] : [record],
    events: [
      { type: 'charge.dispute.updated', record },
      ...(ends.has(status) && context.lookup.dispute(dispute.id)?.status !== status
        ? [{ type: 'charge.dispute.closed' as const, record }]
        : []),
      ...(hasMoved ? [{ type: fundsEvent, record } as const] : []),
    ],
  };
};

const settle = (
  context: Context,
  dispute: Dispute,
  outcome: Dispute['status'],
  expandPaths: readonly string[],
): Change => {
  const change = changeDispute(context, dispute, {
    status: outcome,
    moved: outcome === 'won' ? -movedBy(context.lookup, dispute) : 0,
  });
  const { id } = dispute;
  const stored = withRecords(context.lookup, change.records);
  return { ...change, body: render(stored, stored.dispute(id) ?? dispute, expandPaths) };
};

/** The texts that decide a dispute in Stripe's test mode (https://docs.stripe.com/testing#evidence). */
const outcomes = new Map([
  ['winning_evidence', 'won'],
  ['losing_evidence', 'lost'],
] as const);

/** POST /v1/disputes/:id: evidence, which decides at once if it is one of Stripe's test texts and submitted. */
export const updateDispute = (context: Context, params: z.infer<typeof updateDisputeParams>, id: string): Change => {
  checkExpand('dispute', params.expand);
  const dispute = open(context, id);
  const given = Object.entries(params.evidence ?? {});
  const evidence = Object.fromEntries(
    [...Object.entries(dispute.evidence), ...given].flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
  const isSubmitted = params.submit !== false && given.length > 0;
  const changed: Dispute = {
    ...dispute,
    evidence,
    metadata: mergedMetadata(dispute.metadata, params.metadata),
    submissions: dispute.submissions + (isSubmitted ? 1 : 0),
  };
  const decided = [...outcomes].find(([words]) => words === evidence['uncategorized_text'])?.[1];
  return settle(context, changed, isSubmitted && decided !== undefined ? decided : dispute.status, params.expand);
};

/** POST /v1/disputes/:id/close: gives the dispute up. */
export const closeDispute = (context: Context, params: z.infer<typeof closeDisputeParams>, id: string): Change => {
  checkExpand('dispute', params.expand);
  return settle(context, open(context, id), 'lost', params.expand);
};
