import { cancelReasons, undoReasons, type ChargeState, type OrderState } from '@ticketing/common/events';
import { paidOut } from '../mails/paid-out.ts';
import { refunded } from '../mails/refunded.ts';
import { saleDisputed } from '../mails/sale-disputed.ts';
import { saleRefunded } from '../mails/sale-refunded.ts';
import type { DueMail } from './due-mail.ts';

/** Why an order ended that was never complete: money that was paid at the same moment was no sale. */
const neverComplete: ReadonlySet<string | undefined> = new Set(
  cancelReasons.filter((reason) => !undoReasons.some((undone) => undone === reason)),
);

/** The mails about what has become of a payment: each refund, lost dispute, open dispute and transfer is one cause. */
export const moneyMailsOf = (charge: ChargeState, order: OrderState | undefined): readonly DueMail[] => {
  const { orderId, currency, left, fee = 0, dispute, paidOutAt } = charge;
  const buyerId = charge.buyerId ?? order?.userId;
  const sellerId = charge.sellerId ?? order?.sellerId;
  const ticketId = charge.ticketId ?? order?.ticket.id;
  const title = charge.title ?? order?.ticket.title;
  if (buyerId === undefined || ticketId === undefined || title === undefined) return [];
  const due: DueMail[] = [];
  // Money that no order waited for was no sale.
  const isSale = (charge.completedAt ?? order?.completedAt) !== undefined;

  for (const { id, amount, at: time, reason } of charge.returned ?? returnedBefore(charge, order)) {
    const at = new Date(time);
    const about = id === undefined ? orderId : `${orderId}:${id}`;
    const note = reason === 'operator' ? charge.refundNote : undefined;
    const back = { title, amount, currency, reason, note };
    const bought = { orderId, ...back, paid: charge.amount };
    due.push({ userId: buyerId, at, mailTo: (to) => refunded.mail({ about, userId: buyerId, to, at, data: bought }) });
    // The seller was told of the refund that has failed, unless it had failed before it was read.
    if (!isSale || sellerId === undefined || neverComplete.has(reason) || reason === 'outside_stripe') continue;
    const proceeds = left === undefined ? 0 : left - fee;
    const data = { ticketId, ...back, proceeds, wasPaidOut: paidOutAt !== undefined };
    due.push({ userId: sellerId, at, mailTo: (to) => saleRefunded.mail({ about, userId: sellerId, to, at, data }) });
  }

  if (sellerId === undefined) return due;
  if (isSale && dispute?.id !== undefined && dispute.openedAt !== undefined) {
    const at = new Date(dispute.openedAt);
    const cause = { about: `${orderId}:${dispute.id}`, userId: sellerId, at };
    const data = { ticketId, title, amount: dispute.amount ?? charge.amount, currency, by: 'bank' as const };
    due.push({ userId: sellerId, at, mailTo: (to) => saleDisputed.mail({ ...cause, to, data }) });
  }
  if (paidOutAt !== undefined && charge.paidOut !== undefined) {
    const at = new Date(paidOutAt);
    const data = { ticketId, title, amount: charge.paidOut, currency };
    due.push({
      userId: sellerId,
      at,
      mailTo: (to) => paidOut.mail({ about: orderId, userId: sellerId, to, at, data }),
    });
  }
  return due;
};

/**
 * Of a release of payments without `returned`: all of the money, once. The order says why, so the mail waits for its
 * cancellation.
 */
const returnedBefore = ({ amount, refundedAt }: ChargeState, order: OrderState | undefined) =>
  refundedAt === undefined || order?.status !== 'cancelled'
    ? []
    : [{ id: undefined, amount, at: refundedAt, reason: order.reason }];
