import type { Deps } from '../../deps.ts';

/** For the alerts. Each replica counts all. */
export const countFailingPayouts = async (deps: Deps): Promise<void> => {
  const count = (failing: 'transfer' | 'reversal') => deps.payments.countDocuments({ 'payoutDue.failing': failing });
  deps.metrics.transfersFailing.set(await count('transfer'));
  deps.metrics.sellerDebts.set(await count('reversal'));
};
