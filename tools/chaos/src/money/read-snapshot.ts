import type { Addresses } from '@ticketing/watchdog/sources';
import { MongoClient } from 'mongodb';
import { z } from 'zod';
import type { MoneySnapshot, LedgerEntry, MoneyAtStripe } from './check-money.ts';
import type { OwnSandbox } from './own-sandbox.ts';

const ofOrder = z.object({ orderId: z.string().optional() });
const chargeItem = z.object({ id: z.string(), amount: z.number(), paid: z.boolean(), metadata: ofOrder });
const refundItem = z.object({
  id: z.string(),
  amount: z.number(),
  status: z.string(),
  charge: z.string(),
  // Those that support makes in the dashboard have none.
  metadata: ofOrder.nullable(),
});
const disputeItem = z.object({
  id: z.string(),
  status: z.string(),
  charge: z.string(),
  balance_transactions: z.array(z.object({ amount: z.number() })),
});
const transferItem = z.object({
  id: z.string(),
  amount: z.number(),
  amount_reversed: z.number(),
  transfer_group: z.string().nullable(),
});

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };

/** Reads Stripe's lists whole and sorts them by order. Money without an order is under the id of its charge. */
const readStripe = async (sandbox: OwnSandbox): Promise<Map<string, MoneyAtStripe>> => {
  const [charges, refunds, disputes, transfers] = await Promise.all([
    sandbox.list('/v1/charges', chargeItem),
    sandbox.list('/v1/refunds', refundItem),
    sandbox.list('/v1/disputes', disputeItem),
    sandbox.list('/v1/transfers', transferItem),
  ]);
  const byOrder = new Map<string, Mutable<MoneyAtStripe>>();
  const of = (orderId: string): Mutable<MoneyAtStripe> => {
    const known = byOrder.get(orderId);
    if (known !== undefined) return known;
    const made: Mutable<MoneyAtStripe> = { charges: [], refunds: [], disputes: [], transfers: [] };
    byOrder.set(orderId, made);
    return made;
  };
  const orderOf = new Map(charges.map(({ id, metadata }) => [id, metadata.orderId ?? id]));
  for (const { id, amount, paid } of charges) if (paid) of(orderOf.get(id) ?? id).charges.push({ id, amount });
  for (const { id, amount, status, charge, metadata } of refunds) {
    const hasFailed = status === 'failed' || status === 'canceled';
    of(orderOf.get(charge) ?? charge).refunds.push({ id, amount, hasFailed, isOurs: metadata?.orderId !== undefined });
  }
  for (const { id, status, charge, balance_transactions: moved } of disputes) {
    const withdrawn = 0 - moved.reduce((total, { amount }) => total + amount, 0);
    of(orderOf.get(charge) ?? charge).disputes.push({ id, status, withdrawn });
  }
  for (const { id, amount, amount_reversed: reversed, transfer_group: group } of transfers)
    of(group ?? id).transfers.push({ id, amount, reversed });
  return byOrder;
};

interface StoredOrder {
  readonly _id: string;
  readonly status: string;
  readonly reason?: string;
  readonly price: number;
  readonly sellerId?: string;
}
interface StoredCharge {
  readonly _id: string;
  readonly status?: string;
  readonly completedAt?: Date;
  readonly entries?: readonly unknown[];
}
interface StoredEntry extends Omit<LedgerEntry, 'id'> {
  readonly _id: string;
}

/** Reads the orders, the charges, the ledger and Stripe's lists. */
export const readSnapshot = async (
  sandbox: OwnSandbox,
  { mongoUrls }: Pick<Addresses, 'mongoUrls'>,
  rest: Pick<MoneySnapshot, 'paid' | 'feePercent'>,
): Promise<MoneySnapshot> => {
  const clients = [new MongoClient(mongoUrls.orders), new MongoClient(mongoUrls.payments)] as const;
  const [ordersDb, paymentsDb] = [clients[0].db(), clients[1].db()];
  try {
    const [stripe, orders, charges, ledger] = await Promise.all([
      readStripe(sandbox),
      ordersDb
        .collection<StoredOrder>('orders')
        .find({}, { projection: { status: 1, reason: 1, price: 1, sellerId: 1 } })
        .toArray(),
      paymentsDb
        .collection<StoredCharge>('payments')
        .find({}, { projection: { status: 1, completedAt: 1, entries: 1 } })
        .toArray(),
      paymentsDb.collection<StoredEntry>('ledger').find().toArray(),
    ]);
    return {
      ...rest,
      stripe,
      orders: orders.map(({ _id: id, status, reason, price, sellerId }) => ({ id, status, reason, price, sellerId })),
      charges: new Map(
        charges.map(({ _id: id, status, completedAt, entries = [] }) => [
          id,
          { id, status, isCompleted: completedAt !== undefined, waitingEntries: entries.length },
        ]),
      ),
      ledger: ledger.map(({ _id: id, orderId, lines }) => ({ id, orderId, lines })),
    };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
};
