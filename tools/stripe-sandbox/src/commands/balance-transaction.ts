import { currencyOf } from '@ticketing/common/money';
import type { BalanceTransaction } from '../domain/records.ts';
import type { Context } from './change.ts';

/** Stripe's standard price for cards: 2.9 %, and 0.30 in currencies with two decimals. */
export const chargeFee = (amount: number, currency: string): number =>
  Math.round(amount * 0.029) + (currencyOf(currency).decimals === 2 ? 30 : 0);

/** What Stripe charges for a dispute, which it keeps (15.00). */
export const disputeFee = (currency: string): number => 15 * 10 ** currencyOf(currency).decimals;

export const newBalanceTransaction = (
  context: Context,
  given: Pick<BalanceTransaction, 'type' | 'amount' | 'currency' | 'source'> & { readonly fee?: number },
): BalanceTransaction => ({
  object: 'balance_transaction',
  id: context.newId('txn'),
  created: context.now(),
  fee: 0,
  ...given,
});
