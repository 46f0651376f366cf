import { checkEach, finding, formatAmount, type Check } from './check.ts';
import { compareMovements } from './compare-movements.ts';

/** Without what a partial snapshot lacks: the watchdog leaves it to `npm run audit` and `npm run reconcile`. */
export const ledgerMatchesStripe: Check = {
  name: 'ledger-matches-stripe',
  rule: 'Every movement of money at Stripe is in the ledger, and every one in the ledger was made at Stripe.',
  run: ({ movements, ledger }) => {
    if (movements === undefined) return { checked: 0, findings: [] };
    const { findings } = checkEach(compareMovements(movements, ledger), ({ cause, atStripe, inLedger }) =>
      finding(`${cause}: Stripe has ${formatAmount(atStripe)}, the ledger has ${formatAmount(inLedger)}`, cause),
    );
    return { checked: movements.length, findings };
  },
};
