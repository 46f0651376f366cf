import { z } from 'zod';
import { withRecords, type Dispute } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { expand, flag, mergedMetadata, metadata, text } from '../params.ts';
import { notFound, StripeError } from '../stripe-error.ts';
import { newBalanceTransaction } from './balance-transaction.ts';
import type { Change, Context } from './change.ts';

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
  if (dispute.status === 'needs_response') return dispute;
  throw new StripeError(400, { message: 'This dispute is already closed' });
};

const settle = (
  context: Context,
  dispute: Dispute,
  outcome: 'needs_response' | 'won' | 'lost',
  expandPaths: readonly string[],
): Change => {
  const back = newBalanceTransaction(context, {
    type: 'adjustment',
    amount: dispute.amount,
    currency: dispute.currency,
    source: dispute.id,
  });
  const isWon = outcome === 'won';
  const record: Dispute = {
    ...dispute,
    status: outcome,
    balanceTransactions: isWon ? [...dispute.balanceTransactions, back.id] : dispute.balanceTransactions,
  };
  const records = isWon ? [record, back] : [record];
  return {
    records,
    events: [
      { type: 'charge.dispute.updated', record },
      ...(outcome === 'needs_response' ? [] : [{ type: 'charge.dispute.closed' as const, record }]),
      ...(isWon ? [{ type: 'charge.dispute.funds_reinstated' as const, record }] : []),
    ],
    status: 200,
    body: render(withRecords(context.lookup, records), record, expandPaths),
    chargesCard: false,
  };
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
  return settle(context, changed, isSubmitted && decided !== undefined ? decided : 'needs_response', params.expand);
};

/** POST /v1/disputes/:id/close: gives the dispute up. */
export const closeDispute = (context: Context, params: z.infer<typeof closeDisputeParams>, id: string): Change => {
  checkExpand('dispute', params.expand);
  return settle(context, open(context, id), 'lost', params.expand);
};
