import { expect } from '@jest/globals';
import type { Stripe } from 'stripe';
import { proceedsOf } from '../domain/sale.ts';
import type { LedgerEntry } from '../models/ledger.ts';
import type { PaymentDocument } from '../models/payment.ts';

const sumOf = (list: readonly { readonly amount: number }[]): number =>
  list.reduce((sum, { amount }) => sum + amount, 0);

/** What the ledger's accounts hold of an order; empty accounts are left out. @throws when an entry is not balanced, or is there twice. */
export const ledgerBalances = (
  document: PaymentDocument,
  ledger: readonly LedgerEntry[],
): Readonly<Record<string, number>> => {
  const waiting = (document.entries ?? []).map(({ id }) => id);
  expect(waiting).toEqual([...new Set(waiting)]);
  // An entry that was moved by a process that died is in both places.
  const entries = new Map([
    ...(document.entries ?? []).map(({ id, lines = [] }) => [id, lines] as const),
    ...ledger.map(({ _id, lines = [] }) => [_id, lines] as const),
  ]);
  const sums = new Map<string, number>();
  for (const [id, lines] of entries) {
    expect([id, sumOf(lines)]).toEqual([id, 0]);
    for (const { account, amount } of lines) sums.set(account, (sums.get(account) ?? 0) + amount);
  }
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
};

/** What the accounts must hold by the charge's own fields. */
export const chargeBalances = (document: PaymentDocument): Readonly<Record<string, number>> => {
  const { owed, amount = 0, fee = 0, left = 0, losses = 0, sent = 0, order, releasedAt } = document;
  if (owed === undefined) return {};
  const { refunds = [], disputes = [] } = document;
  const returned = sumOf(refunds.filter(({ status }) => status !== 'failed'));
  const withdrawn = 0 - sumOf(disputes.flatMap(({ movements = [] }) => movements));
  const taken = sumOf(disputes.flatMap((dispute) => dispute.taken ?? []));
  const seller = `seller:${order?.sellerId ?? 'unknown'}:${releasedAt === undefined ? 'held' : 'available'}`;
  const balances = {
    stripe: amount - returned - withdrawn - sent,
    disputes: withdrawn - taken,
    fees: -fee,
    buyers: -owed,
    losses,
    [seller]: sent - proceedsOf({ left, fee }),
  };
  return Object.fromEntries(Object.entries(balances).flatMap(([name, sum]) => (sum === 0 ? [] : [[name, sum]])));
};

/** Everything that Stripe has of an order. */
export interface OrderAtStripe {
  readonly intents: readonly Stripe.PaymentIntent[];
  readonly charges: readonly Stripe.Charge[];
  readonly refunds: readonly Stripe.Refund[];
  readonly disputes: readonly Stripe.Dispute[];
  readonly transfers: readonly Stripe.Transfer[];
}

/** Each list newest first. The order is one of the last ten. */
export const readOrderAtStripe = async (stripe: Stripe, orderId: string): Promise<OrderAtStripe> => {
  const all = await stripe.paymentIntents.list({ limit: 10 });
  const intents = all.data.filter(({ metadata }) => metadata['orderId'] === orderId);
  const [intent] = intents;
  if (intent === undefined) return { intents, charges: [], refunds: [], disputes: [], transfers: [] };
  const query = { payment_intent: intent.id, limit: 100 };
  const [charges, refunds, disputes, transfers] = await Promise.all([
    stripe.charges.list(query),
    stripe.refunds.list(query),
    stripe.disputes.list(query),
    stripe.transfers.list({ transfer_group: orderId, limit: 100 }),
  ]);
  return {
    intents,
    charges: charges.data,
    refunds: refunds.data,
    disputes: disputes.data,
    transfers: transfers.data,
  };
};

const moved = (list: readonly Stripe.BalanceTransaction[]) => list.map(({ id, amount }) => ({ id, amount }));

/** What the charge has must be what Stripe's lists have, and the ledger must have Stripe's balance. */
export const expectEqualToStripe = (
  document: PaymentDocument,
  ledger: readonly LedgerEntry[],
  { charges, refunds, disputes, transfers }: OrderAtStripe,
): void => {
  expect((document.refunds ?? []).map(({ id, amount, status, at }) => [id, amount, status, at])).toEqual(
    refunds.toReversed().map(({ id, amount, status, created }) => [id, amount, status, new Date(created * 1000)]),
  );
  expect(
    (document.disputes ?? []).map(({ id, amount, status, reason, movements }) => [
      id,
      amount,
      status,
      reason,
      movements,
    ]),
  ).toEqual(
    disputes
      .toReversed()
      .map(({ id, amount, status, reason, balance_transactions: all }) => [id, amount, status, reason, moved(all)]),
  );
  const lost = (document.disputes ?? []).flatMap(({ id, taken }) =>
    taken === undefined || taken.amount === 0 ? [] : [{ id, amount: taken.amount }],
  );
  const back = [...refunds.filter(({ status }) => status !== 'failed'), ...lost];
  // Others are told of the last five.
  if (back.length <= 5)
    expect(new Set(document.returned?.map(({ id, amount }) => `${id} ${amount}`))).toEqual(
      new Set(back.map(({ id, amount }) => `${id} ${amount}`)),
    );
  expect((document.transfers ?? []).map(({ id, amount, reversals = [] }) => [id, amount, sumOf(reversals)])).toEqual(
    transfers.toReversed().map(({ id, amount, amount_reversed: reversed }) => [id, amount, reversed]),
  );
  const paid = sumOf(charges.filter((charge) => charge.paid));
  const returned = sumOf(refunds.filter(({ status }) => status !== 'failed'));
  const withdrawn = 0 - sumOf(disputes.flatMap(({ balance_transactions: all }) => all));
  const sent = transfers.reduce((sum, { amount, amount_reversed: reversed }) => sum + amount - reversed, 0);
  expect(ledgerBalances(document, ledger)['stripe'] ?? 0).toBe(paid - returned - withdrawn - sent);
};
