import { ticketFilePath } from '../lib/api/marketplace.ts';
import type { Order } from '../lib/api/schemas.ts';
import { formatDateTime } from '../lib/dates.ts';
import { walletPath } from '../lib/wallet.ts';
import { Icon } from './icon.tsx';

/** The ticket itself for its buyer: the file, or until when the seller delivers it. */
export const BoughtTicket = ({ order }: { readonly order: Pick<Order, 'id' | 'delivery' | 'ticket'> }) => {
  const { id, delivery, ticket } = order;
  switch (delivery?.status) {
    case 'delivered':
      return (
        <div className="grid gap-3 rounded-xl bg-pine-tint p-5" data-testid="delivery">
          <h2 className="font-semibold">Your ticket is here</h2>
          <p className="text-sm">
            Show its code at the entrance, on paper or on your phone. Keep it to yourself until then.
          </p>
          <a href={walletPath(id)} className="button button-main button-wide">
            <Icon name="ticket" />
            Show the code
          </a>
          <a href={ticketFilePath(ticket.id)} download className="button button-quiet button-wide">
            <Icon name="arrow-down" />
            Download your ticket
          </a>
        </div>
      );
    case 'pending':
      return (
        <div className="grid gap-2 rounded-xl bg-marquee-tint p-5 text-marquee-ink" data-testid="delivery">
          <h2 className="font-semibold">Your ticket is on its way</h2>
          <p className="text-sm">
            {`The seller delivers it here${
              delivery.dueAt === undefined ? '' : ` by ${formatDateTime(delivery.dueAt, ticket.timeZone)}`
            }, and we send you a mail. If that does not happen, you get your money back.`}
          </p>
        </div>
      );
    case undefined:
    default:
      return null;
  }
};
