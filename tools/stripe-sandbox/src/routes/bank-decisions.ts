import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Change } from '../commands/change.ts';
import { openDispute } from '../commands/open-dispute.ts';
import { changeDispute } from '../commands/settle-dispute.ts';
import { settleRefund } from '../commands/settle-refund.ts';
import { disputeStatus } from '../domain/records.ts';
import { render } from '../objects/render.ts';
import { parseParams } from '../params.ts';
import { notFound, StripeError } from '../stripe-error.ts';
import type { ApiKit } from './api-kit.ts';
import { reply } from './reply.ts';
import { storeChange } from './store-change.ts';

/** What a bank does whenever a test wants it, whatever the card. */
const decide =
  <Decision>(
    kit: ApiKit,
    schema: z.ZodType<Decision>,
    change: (id: string, decision: Decision) => Change,
  ): RequestHandler =>
  (req, res) => {
    const body: unknown = req.body;
    const { records, ...rest } = change(String(req.params['id']), parseParams(schema, body));
    storeChange(kit, { records, ...rest }, { id: null, idempotencyKey: null });
    const [changed] = records;
    reply(res, 200, JSON.stringify(changed && render(kit.store, changed)));
  };

/** POST /sandbox/refunds/:id: the refund arrives, or the bank sends the money back. */
export const postSandboxRefund = (kit: ApiKit): RequestHandler =>
  decide(kit, z.strictObject({ status: z.enum(['succeeded', 'failed']) }), (id, { status }) => {
    const refund = kit.store.refund(id);
    if (refund === undefined) throw notFound('refund', id, 'refund');
    if (refund.status === 'failed' || refund.status === status)
      throw new StripeError(400, { message: `Refund ${id} has ${refund.status} already.` });
    return settleRefund(kit.context, refund, status);
  });

const disputing = z.strictObject({
  disputed: z.literal(true),
  amount: z.int().min(1).optional(),
  inquiry: z.boolean().optional(),
});

/** POST /sandbox/charges/:id: the holder of the card disputes the charge, or the bank inquires. */
export const postSandboxCharge = (kit: ApiKit): RequestHandler =>
  decide(kit, disputing, (id, { amount, inquiry: isInquiry = false }) => {
    const charge = kit.store.charge(id);
    if (charge === undefined) throw notFound('charge', id, 'charge');
    if (charge.status !== 'succeeded' || charge.dispute !== null || charge.amountRefunded === charge.amount)
      throw new StripeError(400, { message: `Nothing of charge ${id} can be disputed.` });
    return openDispute(kit.context, charge, { amount, isInquiry });
  });

const disputeChange = z.strictObject({ status: disputeStatus.optional(), moved: z.int().optional() });

/** POST /sandbox/disputes/:id: the bank decides, in another way than evidence does, or decides again. */
export const postSandboxDispute = (kit: ApiKit): RequestHandler =>
  decide(kit, disputeChange, (id, change) => {
    const dispute = kit.store.dispute(id);
    if (dispute === undefined) throw notFound('dispute', id, 'dispute');
    return changeDispute(kit.context, dispute, change);
  });
