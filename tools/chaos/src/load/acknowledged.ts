import { MongoClient } from 'mongodb';
import { next } from '../build/next-version.ts';
import type { Ledger } from './ledger.ts';

/** Only the buyer, and a seller who does not deliver, undo a payment that was acknowledged; the money is then refunded. */
const undoReasons = ['by_buyer', next.reason, 'not_delivered'] as const;

interface StoredOrder {
  readonly _id: string;
  readonly status: string;
  readonly reason?: string;
  readonly price: number;
  readonly ticket: { readonly id: string };
}

interface StoredTicket {
  readonly _id: string;
  readonly version: number;
  readonly fileId?: string;
  readonly deliveryFailedAt?: Date;
}

interface StoredPayment {
  readonly _id: string;
  readonly status?: string;
}

/**
 * Finds acknowledged orders, payments, cancellations and edits that the databases do not have.
 * @returns A line for each.
 */
export const findLost = async (
  ledger: Ledger,
  mongoUrls: Readonly<Record<'tickets' | 'orders' | 'payments', string>>,
): Promise<string[]> => {
  const clients = {
    tickets: new MongoClient(mongoUrls.tickets),
    orders: new MongoClient(mongoUrls.orders),
    payments: new MongoClient(mongoUrls.payments),
  };
  try {
    const [tickets, orders, payments] = await Promise.all([
      clients.tickets
        .db()
        .collection<StoredTicket>('tickets')
        .find({}, { projection: { version: 1, fileId: 1, deliveryFailedAt: 1 } })
        .toArray(),
      clients.orders
        .db()
        .collection<StoredOrder>('orders')
        .find({}, { projection: { status: 1, reason: 1, price: 1, 'ticket.id': 1 } })
        .toArray(),
      clients.payments
        .db()
        .collection<StoredPayment>('payments')
        .find({}, { projection: { status: 1 } })
        .toArray(),
    ]);
    const ticketOf = new Map(tickets.map((ticket) => [ticket._id, ticket]));
    const orderOf = new Map(orders.map((order) => [order._id, order]));
    const chargeOf = new Map(payments.map(({ _id, status }) => [_id, status]));
    const lost: string[] = [];
    for (const [id, version] of ledger.tickets) {
      if ((ticketOf.get(id)?.version ?? -1) < version) lost.push(`ticket ${id}: version ${version} was acknowledged`);
    }
    for (const [id, { ticketId, price }] of ledger.orders) {
      const order = orderOf.get(id);
      if (order === undefined) lost.push(`order ${id} was acknowledged, but does not exist`);
      else if (order.price !== price || order.ticket.id !== ticketId)
        lost.push(
          `order ${id} was acknowledged for ${price} minor units and ticket ${ticketId}, but is stored differently`,
        );
    }
    for (const id of ledger.withFile) {
      const { fileId, deliveryFailedAt } = ticketOf.get(id) ?? {};
      if (fileId === undefined) lost.push(`the file of ticket ${id} was acknowledged, but does not exist`);
      if (deliveryFailedAt !== undefined) lost.push(`the file of ticket ${id} was acknowledged, but was not delivered`);
    }
    for (const id of ledger.paid) {
      const { status, reason } = orderOf.get(id) ?? {};
      const isReturned = undoReasons.some((undo) => undo === reason) && chargeOf.get(id) === 'refunded';
      if (status !== 'complete' && !isReturned)
        lost.push(
          `order ${id} was acknowledged as paid, but is ${status} (${reason}), and its charge is ${chargeOf.get(id)}`,
        );
    }
    for (const id of ledger.cancelled) {
      const status = orderOf.get(id)?.status;
      if (status !== 'cancelled') lost.push(`order ${id} was acknowledged as cancelled, but is ${status}`);
    }
    return lost;
  } finally {
    await Promise.all(Object.values(clients).map((client) => client.close()));
  }
};
