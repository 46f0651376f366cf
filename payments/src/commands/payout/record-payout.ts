import type { Deps } from '../../deps.ts';
import { entries } from '../../domain/ledger-entry.ts';
import type { Charge } from '../../domain/payment.ts';
import { reversedOf, transferOf, type TransferClaim } from '../../domain/payout.ts';
import { questionNow } from '../../domain/release-question.ts';
import { proceedsOf } from '../../domain/sale.ts';
import { expression } from '@ticketing/common/messaging';
import { appended, changeCharge } from '../change-charge.ts';
import type { ChargeContext } from '../charge-context.ts';

type RecordDeps = Pick<Deps, 'chargeStore' | 'now'>;

const change = async (...given: Parameters<typeof changeCharge>): Promise<boolean> =>
  (await changeCharge(...given)) !== null;

/**
 * That the charge is as it was read. Marks, and what the copy of the order says, change without a new version: they are
 * compared too, so that nothing is released or sent once a refund is due or a problem is reported.
 */
const unchanged = ({ version, order }: Charge) => ({
  version,
  refundDue: { $exists: false },
  refundOrdered: { $exists: false },
  'order.status': order.status,
  'order.problemAt': order.problemAt ?? { $exists: false },
});

/** Orders is asked to agree to the release; every event of the charge repeats the question from now on. */
export const recordQuestion = (deps: RecordDeps, context: ChargeContext): Promise<boolean> => {
  const { charge } = context;
  return change(deps, context, unchanged(charge), questionNow(charge, deps.now()));
};

/** The proceeds become the seller's. */
export const recordReleased = (deps: RecordDeps, context: ChargeContext): Promise<boolean> => {
  const { charge } = context;
  const at = deps.now();
  const where = {
    ...unchanged(charge),
    $or: [{ 'order.releaseAgreedAt': { $exists: true } }, { 'order.status': 'cancelled' }],
    availableAt: { $lte: at },
  };
  const released = entries.release(charge, { at, amount: proceedsOf(charge) - (charge.sent ?? 0) });
  return change(deps, context, where, { releasedAt: at, entries: appended(released) });
};

/** Claims a transfer, before Stripe is called. */
export const claimTransfer = (
  deps: RecordDeps,
  context: ChargeContext,
  to: { readonly amount: number; readonly accountId: string },
): Promise<boolean> => {
  const { charge } = context;
  const number = (charge.payoutNumber ?? 0) + 1;
  const transfer = { ...to, number, claimedAt: deps.now() };
  return change(deps, context, unchanged(charge), { transfer, payoutNumber: number });
};

/** Stripe has made the transfer. Also written when the claim was replaced or dropped since: what was sent is sent. */
export const recordTransferred = (
  deps: RecordDeps,
  context: ChargeContext,
  claim: TransferClaim,
  id: string,
): Promise<boolean> => {
  const at = deps.now();
  const { number, amount, accountId, claimedAt } = claim;
  const plus = (field: string) => expression({ $add: [{ $ifNull: [field, 0] }, amount] });
  return change(
    deps,
    context,
    { 'transfers.id': { $ne: id } },
    {
      transfer: { number, amount, accountId, claimedAt, id },
      transfers: expression({
        $concatArrays: [{ $ifNull: ['$transfers', []] }, { $literal: [{ id, amount, isOurs: true, reversals: [] }] }],
      }),
      sent: plus('$sent'),
      paidOutAt: expression({ $ifNull: ['$paidOutAt', at] }),
      paidOut: plus('$paidOut'),
      entries: appended(entries.transfer(context.charge, { id, at, amount })),
      // If the claim was dropped, what is too much has to be taken back.
      payoutDue: expression({ $ifNull: ['$payoutDue', { $literal: { due: at, ...context.trace } }] }),
    },
  );
};

/**
 * Stripe has refused the transfer, or has not got it and must not: the next one has another number. Not written by a process
 * that has lost its lease, since another one may be repeating the call.
 */
export const recordNotTransferred = (
  deps: RecordDeps,
  context: ChargeContext & { readonly lease: Date },
  { number }: TransferClaim,
): Promise<boolean> => {
  const where = { 'transfer.number': number, 'transfer.id': { $exists: false }, 'payoutDue.due': context.lease };
  return change(deps, context, where, {}, ['transfer']);
};

/** Claims a reversal of a transfer, before Stripe is called. */
export const claimReversal = (
  deps: RecordDeps,
  context: ChargeContext,
  of: { readonly amount: number; readonly transferId: string },
): Promise<boolean> => {
  const { charge } = context;
  const number = (charge.payoutNumber ?? 0) + 1;
  const reversal = {
    ...of,
    number,
    claimedAt: deps.now(),
    reversedBefore: reversedOf(transferOf(charge, of.transferId)),
  };
  return change(deps, context, { version: charge.version }, { reversal, payoutNumber: number });
};

/** The reversal was refused, or the charge has it. */
export const recordReversalEnded = (deps: RecordDeps, context: ChargeContext, number: number): Promise<boolean> =>
  change(deps, context, { 'reversal.number': number }, {}, ['reversal']);
