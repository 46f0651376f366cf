import { defineMail } from '@ticketing/common/mail';
import { currencyOf, formatMoney } from '@ticketing/common/money';
import { z } from 'zod';

/** Why money is returned: the `reason` of the order that has ended, or who has returned it. */
const causes: Readonly<Record<string, string>> = {
  by_buyer: 'You have cancelled the order.',
  expired: 'The order had expired before the payment arrived.',
  price_changed: 'The price of the ticket had changed.',
  ticket_changed: 'The seller had changed the listing.',
  unavailable: 'The ticket was no longer available.',
  payment_failed: 'The payment of the order had failed.',
  account_closed: 'Your account was closed before the payment arrived.',
  refunded: 'The marketplace has called off your purchase.',
  not_delivered: 'The seller did not deliver the ticket in time.',
  operator: 'The marketplace has called off your purchase.',
  support: 'Our support team has granted you a refund.',
  outside_stripe: 'A refund did not reach your card.',
};

/** To the buyer: money is returned, by us or, after a dispute, by the bank. Not to the card, if that has refused it. */
export const refunded = defineMail({
  name: 'refunded',
  data: z.object({
    orderId: z.string(),
    title: z.string(),
    /** Minor units, like `paid`. */
    amount: z.number(),
    currency: z.string(),
    reason: z.string().optional(),
    /** What the operator has given as the reason. */
    note: z.string().optional(),
    /** All that was paid; absent from mails that the release before has enqueued, which were about full refunds. */
    paid: z.number().optional(),
  }),
  write: ({ orderId, title, amount, currency, reason = '', note, paid = amount }) => {
    const money = (minor: number): string => formatMoney(currencyOf(currency), minor);
    const what = amount < paid ? 'a part of your payment' : 'your payment';
    const isByBank = reason === 'dispute';
    const isOutsideStripe = reason === 'outside_stripe';
    return {
      subject: `${isByBank ? 'Your bank has returned your money' : 'Your money is returned'}: ${title}`,
      body: [
        {
          paragraph: isByBank
            ? `Your bank has decided your dispute for you and returned ${what}.`
            : `${causes[reason] ?? 'The order was cancelled.'} So we ${isOutsideStripe ? 'have returned' : 'return'} ${what}${isOutsideStripe ? ' in another way' : ''}.`,
        },
        {
          table: [
            ['Ticket', title],
            ['Amount', money(amount)],
            ...(amount < paid ? [['You had paid', money(paid)] as const] : []),
            ...(note === undefined ? [] : [['Reason', note] as const]),
          ],
        },
        ...(isByBank || isOutsideStripe
          ? []
          : [{ paragraph: 'It goes back to the card that you paid with. Most banks show it within 5 to 10 days.' }]),
        { button: 'See your order', path: `/orders/${orderId}` },
      ],
    };
  },
});
