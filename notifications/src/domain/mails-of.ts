import type { ChargeState, OrderState } from '@ticketing/common/events';
import type { PendingMail } from '@ticketing/common/mail';
import type { Currency } from '@ticketing/common/money';
import { paid } from '../mails/paid.ts';
import { refunded } from '../mails/refunded.ts';
import { saleRefunded } from '../mails/sale-refunded.ts';
import { sold } from '../mails/sold.ts';

/** A mail that is due to a user, whose address is still to be found. */
export interface DueMail {
  readonly userId: string;
  readonly mailTo: (to: string) => PendingMail;
}

/**
 * Every mail about a sale, whether it was sent or not: each has an id of its own by which it is sent once. `siteCurrency` is
 * that of orders that do not say theirs.
 */
export const mailsOf = (
  {
    order,
    charge,
  }: {
    readonly order?: OrderState | undefined;
    readonly charge?: ChargeState | undefined;
  },
  siteCurrency: Currency,
): readonly DueMail[] => {
  if (order === undefined) return [];
  const { id: about, userId, sellerId, ticket, price, completedAt, paidAt, reason } = order;
  const due: DueMail[] = [];
  if (completedAt !== undefined) {
    const at = new Date(completedAt);
    const { id: ticketId, title, startsAt, venue, city, section, row, seat } = ticket;
    const receipt = { paidAt: paidAt ?? completedAt, buyerId: userId, sellerId, section, row, seat };
    const event = { title, startsAt, venue, city, price, currency: order.currency ?? siteCurrency.code };
    due.push({
      userId,
      mailTo: (to) => paid.mail({ about, userId, to, at, data: { orderId: about, ...event, receipt } }),
    });
    if (sellerId !== undefined)
      due.push({
        userId: sellerId,
        mailTo: (to) => sold.mail({ about, userId: sellerId, to, at, data: { ticketId, ...event } }),
      });
  }
  // The order says why, so the mail waits for its cancellation.
  if (charge?.refundedAt !== undefined && order.status === 'cancelled') {
    const at = new Date(charge.refundedAt);
    const { amount, currency } = charge;
    const { id: ticketId, title } = ticket;
    due.push({
      userId,
      mailTo: (to) =>
        refunded.mail({ about, userId, to, at, data: { orderId: about, title, amount, currency, reason } }),
    });
    // A seller hears of a refund only if there was a sale.
    if (completedAt !== undefined && sellerId !== undefined)
      due.push({
        userId: sellerId,
        mailTo: (to) =>
          saleRefunded.mail({ about, userId: sellerId, to, at, data: { ticketId, title, amount, currency } }),
      });
  }
  return due;
};
