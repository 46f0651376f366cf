import { lookUp } from '../snapshot/snapshot.ts';
import { listingFields, type OrderRecord } from '../sources/orders.ts';
import type { TicketRecord } from '../sources/tickets.ts';
import { checkEach, finding, type Check } from './check.ts';

/** An order of the release before has no currency, or the title alone: what it does not say is not compared. */
const differenceOf = (order: OrderRecord, ticket: TicketRecord): string | undefined => {
  if (order.revision !== ticket.revision) return 'revision';
  if ((order.currency ?? ticket.currency) !== (ticket.currency ?? order.currency)) return 'currency';
  const hasDetails = listingFields.some((field) => field !== 'title' && order.listing[field] !== undefined);
  return listingFields
    .filter((field) => field === 'title' || hasDetails)
    .find((field) => order.listing[field] !== ticket.listing[field]);
};

export const heldListingIsOrderListing: Check = {
  name: 'held-listing-is-order-listing',
  rule: 'A held or sold ticket has the revision, currency, title and details for which it was ordered.',
  run: ({ tickets, orderById }) =>
    checkEach(
      tickets.filter(({ orderId }) => orderId !== undefined),
      (ticket) => {
        const order = lookUp(orderById, ticket.orderId);
        const difference = order === undefined ? undefined : differenceOf(order, ticket);
        return difference === undefined
          ? undefined
          : finding(
              `ticket ${ticket.id} has another ${difference} than its order ${ticket.orderId ?? ''}`,
              ticket.id,
              ticket.orderId,
            );
      },
    ),
};
