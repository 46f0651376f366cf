import { defineMail } from '@ticketing/common/mail';
import { currencyOf, formatMoney } from '@ticketing/common/money';
import { z } from 'zod';

/** Why the buyer gets money back, where the seller is told more than that. */
const causes: Readonly<Record<string, string>> = {
  not_delivered: 'The ticket was not delivered in time.',
  dispute: 'The bank of the buyer has decided the dispute for the buyer.',
};

/** To the seller: money of a sale is returned to the buyer. */
export const saleRefunded = defineMail({
  name: 'sale-refunded',
  data: z.object({
    ticketId: z.string(),
    title: z.string(),
    /** Minor units, like the proceeds. */
    amount: z.number(),
    currency: z.string(),
    reason: z.string().optional(),
    /** What the operator has given as the reason. */
    note: z.string().optional(),
    /** What is left for the seller; absent from mails that the release before has enqueued, which were about full refunds. */
    proceeds: z.number().optional(),
    wasPaidOut: z.boolean().optional(),
  }),
  write: ({ ticketId, title, amount, currency, reason, note, proceeds = 0, wasPaidOut = false }) => {
    const money = (minor: number): string => formatMoney(currencyOf(currency), minor);
    const cause = causes[reason ?? ''];
    const effect =
      proceeds > 0
        ? `The buyer of your ticket gets a part of the money back, so your proceeds from this sale are ${money(proceeds)}.`
        : 'The buyer of your ticket gets the money back, so there are no proceeds from this sale.';
    return {
      subject: `Your sale was refunded: ${title}`,
      body: [
        { paragraph: cause === undefined ? effect : `${cause} ${effect}` },
        {
          table: [
            ['Ticket', title],
            ['Amount', money(amount)],
            ...(note === undefined ? [] : [['Reason', note] as const]),
          ],
        },
        ...(wasPaidOut
          ? [{ paragraph: 'What you have been paid beyond that is taken back from your account at Stripe.' }]
          : []),
        { button: 'See your ticket', path: `/tickets/${ticketId}` },
      ],
    };
  },
});
