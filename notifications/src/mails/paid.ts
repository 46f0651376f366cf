import { calendarEntry } from '@ticketing/common/calendar';
import { defineMail } from '@ticketing/common/mail';
import type { Receipts } from '@ticketing/common/receipt';
import { formatInFull } from '@ticketing/common/time';
import { z } from 'zod';
import { deliveryDetails, eventDetails, eventRows } from './event-details.ts';

const data = z.object({
  orderId: z.string(),
  ...eventDetails,
  ...deliveryDetails,
  /** What the receipt says besides; absent from mails that the release before has enqueued, which have no receipt. */
  receipt: z
    .object({
      paidAt: z.string(),
      buyerId: z.string(),
      sellerId: z.string().optional(),
      section: z.string().optional(),
      row: z.string().optional(),
      seat: z.string().optional(),
    })
    .optional(),
});

type Data = z.output<typeof data>;

const calendarEntryOf = ({ startsAt, ...order }: Data, site: URL) =>
  startsAt === undefined ? [] : [calendarEntry({ ...order, site, startsAt: new Date(startsAt) })];

const receiptOf = async (
  { orderId, receipt, price, currency = 'usd', ...event }: Data,
  site: URL,
  receipts: Receipts,
) => {
  if (receipt === undefined) return [];
  const { paidAt, buyerId, sellerId, ...seat } = receipt;
  return [
    await receipts({
      site,
      orderId,
      paidAt: new Date(paidAt),
      buyerId,
      sellerId,
      ticket: { ...event, ...seat },
      amount: price,
      currency,
      amountRefunded: 0,
    }),
  ];
};

/** Where the ticket itself is. Whether it came with the payment is known only a moment after that. */
const whereItIs = ({ deliverBy, isDelivered, timeZone }: Data): string => {
  if (isDelivered === true) return 'Download the ticket itself from your order.';
  return deliverBy === undefined
    ? 'Your order shows everything about the ticket. Nobody else can buy it any more.'
    : `Download the ticket itself from your order. If it is not there yet, the seller delivers it by ${formatInFull(deliverBy, timeZone)}, and we write to you then. If the seller does not, you get your money back.`;
};

/** To the buyer: the order is complete. With the receipt, and a calendar entry if the start is known. */
export const paid = defineMail<Data, { readonly receipts: Receipts }>({
  name: 'paid',
  data,
  write: async (order, { publicUrl, receipts }) => ({
    subject: `You have bought: ${order.title}`,
    body: [
      {
        paragraph: `We have received your payment, and the ticket is yours.${order.receipt === undefined ? '' : ' The receipt is attached.'}`,
      },
      { table: eventRows(order) },
      { button: 'See your order', path: `/orders/${order.orderId}` },
      { paragraph: whereItIs(order) },
    ],
    attachments: [...(await receiptOf(order, publicUrl, receipts)), ...calendarEntryOf(order, publicUrl)],
  }),
});
