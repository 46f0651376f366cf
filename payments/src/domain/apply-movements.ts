import { isOpenDispute, type RefundStatus } from '@ticketing/common/events';
import { bookDispute, type DisputeAtStripe } from './dispute.ts';
import { entries } from './ledger-entry.ts';
import { giveBack, take, type MoneyState } from './money-state.ts';
import type { Charge, Dispute, Entry, Refund, Returned, Transfer } from './payment.ts';

interface Created {
  /** When it was made. */
  readonly at: Date;
}

type RefundAtStripe = Pick<Refund, 'id' | 'amount' | 'status'> &
  Created & {
    readonly isOurs: boolean;
    /** When it failed, as far as Stripe shows that. */
    readonly failedAt?: Date | undefined;
  };

/** What Stripe shows of the money of one PaymentIntent, each list oldest first; amounts in minor units. */
export interface MoneyAtStripe {
  readonly refunds: readonly RefundAtStripe[];
  readonly disputes: readonly DisputeAtStripe[];
  /** To the seller, as far as they were read; `number` of those that we have made. */
  readonly transfers: readonly (Transfer & { readonly number?: number })[];
}

/** What has to be written for the movements that are not in the charge yet. */
export interface MoneyChange {
  readonly set: Pick<
    Charge,
    | 'left'
    | 'fee'
    | 'owed'
    | 'losses'
    | 'amountRefunded'
    | 'refundStatus'
    | 'refunds'
    | 'disputes'
    | 'dispute'
    | 'returned'
    | 'transfer'
    | 'transfers'
    | 'sent'
    | 'paidOut'
    | 'paidOutAt'
  >;
  readonly entries: readonly Entry[];
  /** All that was paid has gone back, or was sent back at least once. */
  readonly isReturned: boolean;
  /** Money that a dispute had taken for good is back. */
  readonly isGivenBack: boolean;
  /** The last refund, if there is one. */
  readonly refundId: string | undefined;
}

const amountOf = (list: readonly { readonly amount: number }[]): number =>
  list.reduce((sum, { amount }) => sum + amount, 0);

const payoutOf = (transfers: Transfer[], paidOutAt: Date) => ({
  transfers,
  sent: amountOf(transfers) - amountOf(transfers.flatMap(({ reversals }) => reversals)),
  paidOut: amountOf(transfers),
  paidOutAt,
});

const toPublic = ({ id, amount, status, reason, openedAt }: Dispute) => ({ id, amount, status, reason, openedAt });

/** More than anybody makes before the event with the first of them is handled; an event has 4 KB at most. */
const maxReturned = 5;

const reasonOf = ({ order, refundOrdered }: Charge, { isOurs }: RefundAtStripe): string => {
  if (!isOurs) return 'support';
  return refundOrdered === undefined ? (order.reason ?? 'refunded') : 'operator';
};

/** The last refunds that have not failed, disputes that were lost, and what was returned outside Stripe, oldest first. */
export const lastReturned = ({
  refunds = [],
  disputes = [],
  returnedOutsideStripe = [],
}: Pick<Charge, 'refunds' | 'disputes' | 'returnedOutsideStripe'>): Returned[] =>
  [
    ...refunds.filter(({ status }) => status !== 'failed'),
    ...disputes.map(({ id, amount, lostAt, taken }) => ({
      id,
      amount: taken?.amount ?? amount,
      at: lostAt,
      reason: 'dispute',
    })),
    ...returnedOutsideStripe.map(({ id, amount, at }) => ({ id, amount, at, reason: 'outside_stripe' })),
  ]
    .flatMap(({ id, amount, at, reason }) =>
      at === undefined || reason === undefined ? [] : [{ id, amount, at, reason }],
    )
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .slice(-maxReturned);

/**
 * That refunds were made, and that some have failed, in the order in which it happened. A failure whose time is unknown comes
 * last, so that a later refund does not count as its repetition.
 */
const refundSteps = (refunds: readonly RefundAtStripe[]) => {
  const made = refunds.map((refund) => ({ refund, isFailure: false, at: refund.at.getTime() }));
  const failed = refunds
    .filter(({ status }) => status === 'failed')
    .map((refund) => ({ refund, isFailure: true, at: refund.failedAt?.getTime() ?? Infinity }));
  return [...made, ...failed].toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
};

/**
 * Compares a paid charge with what Stripe shows. It is a function of both alone, so repeated, late and concurrent reads come
 * to the same; undefined when the charge has everything.
 */
export const applyMovements = (charge: Charge, seen: MoneyAtStripe, now: Date): MoneyChange | undefined => {
  const { left = 0, fee = 0, owed = 0, losses = 0, feePercent = 0 } = charge;
  const state: MoneyState = { left, fee, owed, losses, feePercent };
  const refundsBefore = new Map((charge.refunds ?? []).map((refund) => [refund.id, refund]));
  const refunds = new Map(refundsBefore);
  const disputes = new Map((charge.disputes ?? []).map((dispute) => [dispute.id, dispute]));
  const added: Entry[] = [];
  let isNew = false;
  let isGivenBack = false;

  for (const { refund, isFailure } of refundSteps(seen.refunds)) {
    const known = refundsBefore.get(refund.id);
    if (known?.status === refund.status || known?.status === 'failed') continue;
    isNew = true;
    const { id, amount, status } = refund;
    if (isFailure) {
      added.push(...entries.refundFailed({ id, at: now, amount, ...giveBack(state, amount, 0) }));
      continue;
    }
    if (known === undefined) added.push(...entries.refund(charge, { id, at: now, amount, ...take(state, amount) }));
    // A release without `returned` has told of the refund that it has recorded as the charge's.
    const told = id === charge.stripeRefundId ? {} : { at: refund.at, reason: reasonOf(charge, refund) };
    refunds.set(id, known === undefined ? { id, amount, status, ...told } : { ...known, status });
  }

  for (const dispute of seen.disputes) {
    const booked = bookDispute(charge, state, { known: disputes.get(dispute.id), seen: dispute, now });
    if (booked === undefined) continue;
    isNew = true;
    disputes.set(dispute.id, booked.dispute);
    added.push(...booked.entries);
    isGivenBack ||= booked.isGivenBack;
  }

  const transfers = new Map((charge.transfers ?? []).map((transfer) => [transfer.id, transfer]));
  let own = charge.transfer;
  for (const { id, amount, isOurs, number, reversals } of seen.transfers) {
    const known = transfers.get(id);
    const knownReversals = new Set(known?.reversals.map((reversal) => reversal.id));
    const fresh = reversals.filter((reversal) => !knownReversals.has(reversal.id));
    if (known !== undefined && fresh.length === 0) continue;
    isNew = true;
    if (known === undefined) added.push(...entries.transfer(charge, { id, at: now, amount }));
    added.push(...fresh.flatMap((reversal) => entries.reversal(charge, { ...reversal, at: now })));
    transfers.set(id, { id, amount, isOurs, reversals: [...(known?.reversals ?? []), ...fresh] });
    if (own !== undefined && own.id === undefined && own.number === number) own = { ...own, id };
  }

  if (!isNew) return undefined;
  const all = [...refunds.values()];
  const last = all.at(-1);
  const allDisputes = [...disputes.values()];
  const shownDispute = allDisputes.findLast(isOpenDispute) ?? allDisputes.at(-1);
  const lost = allDisputes.reduce((sum, { taken }) => sum + (taken?.amount ?? 0), 0);
  return {
    set: {
      left: state.left,
      fee: state.fee,
      owed: state.owed,
      losses: state.losses,
      amountRefunded: amountOf(all.filter(({ status }) => status !== 'failed')),
      refundStatus: last?.status,
      refunds: all,
      disputes: allDisputes,
      dispute: shownDispute && toPublic(shownDispute),
      returned: lastReturned({ ...charge, refunds: all, disputes: allDisputes }),
      transfer: own,
      ...(transfers.size === 0 ? {} : payoutOf([...transfers.values()], charge.paidOutAt ?? now)),
    },
    entries: added,
    isReturned: charge.completedAt === undefined ? amountOf(all) + lost >= charge.amount : state.left === 0,
    isGivenBack,
    refundId: last?.id,
  };
};

/** Stripe's status of a refund. A refund that waits for somebody's action may still be made. */
export const toRefundStatus = (status: string | null): RefundStatus => {
  if (status === 'succeeded') return 'succeeded';
  return status === 'failed' || status === 'canceled' ? 'failed' : 'pending';
};
