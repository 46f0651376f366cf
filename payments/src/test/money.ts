import type { OrderState } from '@ticketing/common/events';
import { expect } from '@jest/globals';
import type { LedgerEntry } from '../models/ledger.ts';
import type { PaymentsUnderTest } from './harness.ts';

export const price = 1999;
export const sellerId = 's';
/** What a sale of this price is in the ledger. */
export const saleBalances = { stripe: price, 'seller:s:held': -1799, fees: -200 };

/** Paid orders, what support and banks do with their money, and what the ledger has of it. */
export const createMoney = (payments: () => PaymentsUnderTest) => {
  const chargeOf = async (order: OrderState): Promise<string> => (await payments().sandbox.paid(order.id))[0]?.id ?? '';

  /** The entries of an order in the ledger, by cause. */
  const ledgerOf = async (order: OrderState) => {
    const found = await payments().system.collection<LedgerEntry>('ledger').find({ orderId: order.id }).toArray();
    return Object.fromEntries(
      found.map(({ _id, lines = [] }) => [
        _id,
        Object.fromEntries(lines.map(({ account, amount }) => [account, amount])),
      ]),
    );
  };

  return {
    chargeOf,
    ledgerOf,
    until: (check: () => Promise<void>) => payments().system.eventually(check, 25_000),
    paid: async (token = 'tok_visa'): Promise<OrderState> => {
      const order = await payments().payable({ price, sellerId });
      expect((await payments().pay(order.id, token)).status).toBe(201);
      return order;
    },
    /** As support does in the dashboard: without our metadata. */
    refundAtStripe: async (order: OrderState, amount?: number) =>
      payments().sandbox.stripe.refunds.create({
        charge: await chargeOf(order),
        ...(amount === undefined ? {} : { amount }),
      }),
    disputeOf: async (order: OrderState): Promise<string> => {
      const { data } = await payments().sandbox.stripe.disputes.list({ charge: await chargeOf(order) });
      return data[0]?.id ?? '';
    },
    /** What is in each account of an order, once its entries are in the ledger; accounts that have nothing are left out. */
    balancesOf: async (order: OrderState) => {
      expect((await payments().stored(order.id))?.entries ?? []).toEqual([]);
      const sums = new Map<string, number>();
      for (const lines of Object.values(await ledgerOf(order)))
        for (const [account, amount] of Object.entries(lines)) sums.set(account, (sums.get(account) ?? 0) + amount);
      return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
    },
    /** Sends the webhook of a refund, as Stripe signs it, as often as it is called. */
    webhookOf: async (order: OrderState) => {
      const payload = JSON.stringify({
        type: 'charge.refunded',
        data: { object: { payment_intent: (await payments().stored(order.id))?.stripeId } },
      });
      const secret = payments().env['STRIPE_WEBHOOK_SECRET'] ?? '';
      const signature = payments().sandbox.stripe.webhooks.generateTestHeaderString({ payload, secret });
      return () =>
        payments().request('POST', '/api/payments/webhook', {
          body: payload,
          headers: { 'stripe-signature': signature, 'Content-Type': 'application/json' },
        });
    },
  };
};
