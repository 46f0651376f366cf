import { ticketFilePath } from '../lib/api/marketplace.ts';
import type { Charge, Order } from '../lib/api/schemas.ts';
import { isPaid } from '../lib/receipt.ts';
import { PageLink } from './page-link.tsx';

/** What a buyer may take with them: the file, a calendar entry, the receipt; and the way to the order. */
export const TicketLinks = ({ order, charge }: { readonly order: Order; readonly charge: Charge | undefined }) => {
  const isBought = order.status === 'complete';
  return (
    <ul className="mt-6 flex flex-wrap gap-3">
      {isBought && order.delivery?.status === 'delivered' && (
        <li>
          <a href={ticketFilePath(order.ticket.id)} download className="button button-quiet">
            Download the file
          </a>
        </li>
      )}
      {isBought && order.ticket.startsAt !== undefined && (
        <li>
          <a href={`/orders/${order.id}/event.ics`} download className="button button-quiet">
            Add to my calendar
          </a>
        </li>
      )}
      {isPaid(charge) && (
        <li>
          <PageLink href={`/orders/${order.id}/receipt`} className="button button-quiet">
            Receipt
          </PageLink>
        </li>
      )}
      <li>
        <PageLink href={`/orders/${order.id}`} className="button button-quiet">
          Order, and help with a problem
        </PageLink>
      </li>
    </ul>
  );
};
