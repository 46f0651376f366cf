import { defineMail } from '@ticketing/common/mail';
import { currencyOf, formatMoney } from '@ticketing/common/money';
import { z } from 'zod';

/** Why the order has ended, by its `reason`. */
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
};

/** To the buyer: the money of a cancelled order is returned. */
export const refunded = defineMail({
  name: 'refunded',
  data: z.object({
    orderId: z.string(),
    title: z.string(),
    /** Minor units. */
    amount: z.number(),
    currency: z.string(),
    reason: z.string().optional(),
  }),
  write: ({ orderId, title, amount, currency, reason }) => ({
    subject: `Your money is returned: ${title}`,
    body: [
      { paragraph: `${causes[reason ?? ''] ?? 'The order was cancelled.'} So we return your payment.` },
      {
        table: [
          ['Ticket', title],
          ['Amount', formatMoney(currencyOf(currency), amount)],
        ],
      },
      { paragraph: 'It goes back to the card that you paid with. Most banks show it within 5 to 10 days.' },
      { button: 'See your order', path: `/orders/${orderId}` },
    ],
  }),
});
