import type { Order, Ticket } from './api/schemas.ts';
import { formatDateTime } from './dates.ts';
import { plural } from './plural.ts';
import { ticketBadge, ticketState } from './ticket-labels.ts';

type Delivery = Pick<
  Ticket,
  | 'orderId'
  | 'soldAt'
  | 'withdrawnAt'
  | 'startsAt'
  | 'timeZone'
  | 'delivery'
  | 'dueAt'
  | 'deliveredAt'
  | 'deliveryFailedAt'
  | 'deliveryEndedAt'
>;

/** What the seller of a ticket reads of its file, and what they may do: add one, replace it, or deliver it. */
interface SellerFile {
  readonly title: string;
  readonly text: string;
  readonly action?: 'add' | 'replace' | 'deliver';
}

/** 48 hours, 90 minutes */
export const durationLabel = (hours: number): string =>
  Number.isInteger(hours) ? plural(hours, 'hour') : plural(Math.round(hours * 60), 'minute');

const sold = (ticket: Delivery): SellerFile => {
  const { deliveredAt, deliveryFailedAt, deliveryEndedAt, dueAt, timeZone } = ticket;
  if (deliveredAt !== undefined) {
    return {
      title: 'Delivered',
      text:
        deliveryEndedAt === undefined
          ? `The buyer has the file since ${formatDateTime(deliveredAt, timeZone)}. It can’t be changed.`
          : `The buyer had the file until the sale was undone on ${formatDateTime(deliveryEndedAt, timeZone)}.`,
    };
  }
  if (deliveryFailedAt !== undefined) {
    return {
      title: 'Not delivered',
      text: `The time to deliver this ticket was over on ${formatDateTime(deliveryFailedAt, timeZone)}, so the buyer gets the money back.`,
    };
  }
  if (deliveryEndedAt !== undefined) {
    return { title: 'Nothing to deliver', text: 'The sale was undone before you delivered the ticket.' };
  }
  return {
    title: 'Deliver this ticket',
    text: `${dueAt === undefined ? 'Upload its file.' : `Upload its file by ${formatDateTime(dueAt, timeZone)}. Otherwise the buyer is refunded.`} The buyer gets the file at once, and it can’t be changed afterwards.`,
    action: 'deliver',
  };
};

/** Undefined if its seller can do nothing with a file: the ticket is withdrawn, or its event has begun before it was sold. */
export const sellerFile = (ticket: Delivery, deliveryHours: number): SellerFile | undefined => {
  const hasFile = ticket.delivery === 'instant';
  switch (ticketState(ticket)) {
    case 'withdrawn':
    case 'over':
      return undefined;
    case 'sold':
      return sold(ticket);
    case 'held':
      return hasFile
        ? {
            title: 'The ticket file is stored',
            text: 'The buyer who holds this ticket gets it as soon as they pay. While they hold it, the file can’t be changed.',
          }
        : {
            title: 'No ticket file yet',
            text: 'While a buyer holds this ticket, no file can be added. If they pay, you deliver it then.',
          };
    case 'on-sale':
      return hasFile
        ? {
            title: 'The ticket file is stored',
            text: 'The buyer gets it as soon as they pay, and you have nothing more to do. You can replace it until a buyer holds the ticket.',
            action: 'replace',
          }
        : {
            title: 'Add the ticket file',
            text: `Add it now, and the buyer gets it as soon as they pay. Otherwise you deliver it within ${durationLabel(deliveryHours)} of the sale, an hour before the event at the latest, or the buyer is refunded.`,
            action: 'add',
          };
  }
};

/** The state of a ticket for its seller: whether it must be delivered counts for more than that it is sold. */
export const sellerBadge = (ticket: Delivery) => {
  if (ticket.dueAt !== undefined) return { variant: 'wait', label: 'To deliver' } as const;
  return ticket.deliveryFailedAt === undefined
    ? ticketBadge(ticket)
    : ({ variant: 'over', label: 'Not delivered' } as const);
};

/** Until when a sold ticket must be delivered, in one line; undefined if that is not open. */
export const dueLine = ({ dueAt, timeZone }: Pick<Ticket, 'dueAt' | 'timeZone'>): string | undefined =>
  dueAt === undefined ? undefined : `Deliver it by ${formatDateTime(dueAt, timeZone)}, or the buyer is refunded`;

/** What has become of a bought ticket itself, in one line; undefined if that is not known. */
export const boughtLine = ({
  delivery,
  ticket,
}: Pick<Order, 'delivery'> & { readonly ticket: Pick<Order['ticket'], 'timeZone'> }): string | undefined => {
  switch (delivery?.status) {
    case 'delivered':
      return 'Your ticket is ready to download';
    case 'pending':
      return delivery.dueAt === undefined
        ? 'The seller delivers it, or you get your money back'
        : `The seller delivers it by ${formatDateTime(delivery.dueAt, ticket.timeZone)}, or you get your money back`;
    case undefined:
    default:
      return undefined;
  }
};

/** The same as a badge. */
export const boughtBadge = ({ delivery }: Pick<Order, 'delivery'>) =>
  delivery?.status === 'delivered'
    ? ({ variant: 'good', label: 'Ready' } as const)
    : ({ variant: 'wait', label: 'On its way' } as const);

/** How a ticket on sale is delivered, as its buyers read it; `hours` after the sale at the latest if its seller does it. */
export const deliveryLabel = ({ delivery }: Pick<Ticket, 'delivery'>, hours: number): string =>
  delivery === 'instant' ? 'Delivered at once' : `Delivered by the seller within ${durationLabel(hours)}`;
