import { found, type Check } from './check.ts';

export const oneLiveOrderPerTicket: Check = {
  name: 'one-live-order-per-ticket',
  says: 'A ticket has at most one order that is not cancelled.',
  compare: ({ liveOrdersOfTicket }) => ({
    lookedAt: liveOrdersOfTicket.size,
    found: [...liveOrdersOfTicket].flatMap(([ticketId, orders]) =>
      orders.length < 2
        ? []
        : [
            found(
              `ticket ${ticketId} has ${orders.length} live orders: ${orders.map(({ id, status }) => `${id} (${status})`).join(', ')}`,
              ticketId,
              ...orders.map(({ id }) => id),
            ),
          ],
    ),
  }),
};
