import { Batcher } from '@ticketing/common/mongo';
import type { Collection } from 'mongodb';
import { liveStatuses, unpaidStatuses } from '../domain/order-status.ts';
import type { OrderDocument } from './order.ts';

/** A ticket and an account that wants to hold it. */
interface WantedHold {
  readonly ticketId: string;
  readonly userId: string;
}

interface Holds {
  /** Whether an order keeps the ticket. */
  readonly isKept: boolean;
  /** The slots of the account's unpaid orders. */
  readonly slots: readonly (number | undefined)[];
}

/** Reads what may refuse a hold; concurrent calls share a query, since a popular ticket refuses many buyers at once. */
export const createHoldsLoader = (orders: Collection<OrderDocument>): ((wanted: WantedHold) => Promise<Holds>) => {
  const batcher = new Batcher<WantedHold, Holds>(async (wanted) => {
    const tickets = { $in: [...new Set(wanted.map(({ ticketId }) => ticketId))] };
    const users = { $in: [...new Set(wanted.map(({ userId }) => userId))] };
    const found = await orders
      .find(
        {
          $or: [
            { 'ticket.id': tickets, keepsTicket: true },
            { 'ticket.id': tickets, status: { $in: [...liveStatuses] } },
            { userId: users, status: { $in: [...unpaidStatuses] }, slot: { $exists: true } },
          ],
        },
        { projection: { 'ticket.id': 1, userId: 1, status: 1, keepsTicket: 1, slot: 1 } },
      )
      .toArray();
    const kept = new Set(found.filter(keeps).map(({ ticket }) => ticket.id));
    const slots = Map.groupBy(found.filter(isUnpaid), ({ userId }) => userId);
    return wanted.map(({ ticketId, userId }) => ({
      status: 'fulfilled',
      value: { isKept: kept.has(ticketId), slots: (slots.get(userId) ?? []).map(({ slot }) => slot) },
    }));
  });
  return (wanted) => batcher.call(wanted);
};

const keeps = ({ keepsTicket, status }: Pick<OrderDocument, 'keepsTicket' | 'status'>): boolean =>
  keepsTicket === true || liveStatuses.some((live) => live === status);

const isUnpaid = ({ status }: Pick<OrderDocument, 'status'>): boolean =>
  unpaidStatuses.some((unpaid) => unpaid === status);
