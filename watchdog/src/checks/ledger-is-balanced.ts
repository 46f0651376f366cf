import { checkEach, finding, formatAmount, type Check } from './check.ts';

export const ledgerIsBalanced: Check = {
  name: 'ledger-is-balanced',
  rule: 'The lines of every entry in the ledger sum to zero.',
  run: ({ ledger }) =>
    checkEach(ledger, ({ cause, orderId, lines }) => {
      const sum = lines.reduce((total, { amount }) => total + amount, 0);
      return sum === 0 && lines.length > 1
        ? undefined
        : finding(`the entry ${cause} of order ${orderId} is off by ${formatAmount(sum)}`, orderId, cause);
    }),
};
