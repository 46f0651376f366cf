import { checkEach, finding, formatAmount, type Check } from './check.ts';

/** The accounts of both sellers' kinds are one here: a release moves money between them. */
const groupOf = (account: string): string => (account.startsWith('seller:') ? 'seller' : account);

const keyOf = (orderId: string, group: string): string => `${orderId} ${group}`;

export const ledgerMatchesCharges: Check = {
  name: 'ledger-matches-charges',
  rule: 'The entries of an order sum to what its charge says is at Stripe, left, owed, sent, lost and in dispute.',
  run: ({ payments, ledger }) => {
    const sums = new Map<string, number>();
    for (const { orderId, lines } of ledger)
      for (const { account, amount } of lines) {
        const key = keyOf(orderId, groupOf(account));
        sums.set(key, (sums.get(key) ?? 0) + amount);
      }
    return checkEach(
      payments.flatMap(({ id, balances }) => (balances === undefined ? [] : [{ id, balances }])),
      ({ id, balances }) => {
        const differences = Object.entries(balances).flatMap(([group, wanted]) => {
          const booked = sums.get(keyOf(id, group)) ?? 0;
          return booked === wanted
            ? []
            : [`${group} has ${formatAmount(booked)} in the ledger, and ${formatAmount(wanted)} by its charge`];
        });
        return differences.length === 0 ? undefined : finding(`order ${id}: ${differences.join('; ')}`, id);
      },
    );
  },
};
