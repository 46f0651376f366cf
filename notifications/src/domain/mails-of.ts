import type { ChargeState, OrderState } from '@ticketing/common/events';
import type { Currency } from '@ticketing/common/money';
import { deliverSoon } from '../mails/deliver-soon.ts';
import { delivered } from '../mails/delivered.ts';
import { paid } from '../mails/paid.ts';
import { saleDisputed } from '../mails/sale-disputed.ts';
import { sold } from '../mails/sold.ts';
import type { DueMail } from './due-mail.ts';
import { moneyMailsOf } from './money-mails-of.ts';

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
): readonly DueMail[] => [
  ...(order === undefined
    ? []
    : orderMailsOf(order, siteCurrency).map((due) => (isUndone(order, charge) ? toObsolete(due) : due))),
  ...(charge === undefined ? [] : moneyMailsOf(charge, order)),
];

/**
 * Whether the sale is undone: who has not heard of it yet hears that the money is returned, and nothing of a ticket. Its order and
 * its charge arrive in any order.
 */
const isUndone = ({ status }: OrderState, charge: ChargeState | undefined): boolean =>
  status === 'cancelled' || charge?.status === 'refunded';

const toObsolete = (due: DueMail): DueMail => ({
  ...due,
  mailTo: (to) => ({ ...due.mailTo(to), isObsolete: true }),
});

const remindBeforeMs = 12 * 60 * 60_000;
/** Of orders that do not say whether the file was there: one delivered this soon after the sale was in the mail about the payment. */
const atOnceMs = 60_000;

const isDeliveredAtOnce = ({ ticket, completedAt = '', delivery }: OrderState): boolean =>
  ticket.delivery === undefined
    ? Date.parse(delivery?.deliveredAt ?? '') - Date.parse(completedAt) <= atOnceMs
    : ticket.delivery === 'instant';

/** The mails about the delivery of a complete order after the sale. */
const deliveryMailsOf = (order: OrderState): readonly DueMail[] => {
  const { id: about, userId, sellerId, status, ticket, completedAt, delivery } = order;
  if (status !== 'complete' || completedAt === undefined || delivery === undefined) return [];
  const { id: ticketId, title, timeZone } = ticket;
  const { dueAt, deliveredAt } = delivery;
  if (isDeliveredAtOnce(order)) return [];
  if (deliveredAt !== undefined) {
    const at = new Date(deliveredAt);
    return [{ userId, at, mailTo: (to) => delivered.mail({ about, userId, to, at, data: { orderId: about, title } }) }];
  }
  if (delivery.status !== 'pending' || dueAt === undefined || sellerId === undefined) return [];
  const at = new Date(Date.parse(dueAt) - remindBeforeMs);
  if (at.getTime() <= Date.parse(completedAt)) return [];
  const cause = { about, userId: sellerId, at, sendAt: at, data: { ticketId, title, deliverBy: dueAt, timeZone } };
  return [{ userId: sellerId, at, mailTo: (to) => deliverSoon.mail({ ...cause, to }) }];
};

const orderMailsOf = (order: OrderState, siteCurrency: Currency): readonly DueMail[] => {
  const { id: about, userId, sellerId, ticket, price, completedAt, paidAt, status, problemSince } = order;
  const due: DueMail[] = [...deliveryMailsOf(order)];
  const { id: ticketId, title, startsAt, timeZone, venue, city, section, row, seat } = ticket;
  const currency = order.currency ?? siteCurrency.code;
  if (completedAt !== undefined) {
    const at = new Date(completedAt);
    const receipt = { paidAt: paidAt ?? completedAt, buyerId: userId, sellerId, section, row, seat };
    const isDelivered = ticket.delivery === 'instant' || order.delivery?.status === 'delivered';
    const delivery = { deliverBy: order.delivery?.dueAt, isDelivered };
    const event = { title, startsAt, timeZone, venue, city, price, currency, ...delivery };
    due.push({
      userId,
      at,
      mailTo: (to) => paid.mail({ about, userId, to, at, data: { orderId: about, ...event, receipt } }),
    });
    if (sellerId !== undefined)
      due.push({
        userId: sellerId,
        at,
        mailTo: (to) => sold.mail({ about, userId: sellerId, to, at, data: { ticketId, ...event } }),
      });
  }
  if (status === 'complete' && problemSince !== undefined && sellerId !== undefined) {
    const at = new Date(problemSince);
    const cause = { about: `${about}:${problemSince}`, userId: sellerId, at };
    const data = { ticketId, title, amount: price, currency, by: 'report' as const };
    due.push({ userId: sellerId, at, mailTo: (to) => saleDisputed.mail({ ...cause, to, data }) });
  }
  return due;
};
