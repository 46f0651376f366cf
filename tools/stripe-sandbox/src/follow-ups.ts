import { openDispute } from './commands/open-dispute.ts';
import { settleRefund } from './commands/settle-refund.ts';
import type { Change, Context } from './commands/change.ts';
import type { Store } from './store.ts';

/** So that the response of the charge or the refund arrives first, as from Stripe. */
const delayMs = 500;
/** A person can see that the refund is pending. */
const pendingMs = 5_000;

export interface FollowUps {
  /** Plans what is due for this charge or refund, if anything is. */
  plan(id: string): void;
  stop(): void;
}

/** Disputes charges, and fails or completes refunds, of some test cards, a moment later; after a restart as well. */
export const startFollowUps = (
  deps: { readonly store: Store; readonly context: Context },
  apply: (change: Change) => void,
): FollowUps => {
  const { store, context } = deps;
  const timers = new Map<string, NodeJS.Timeout>();

  const changeFor = (id: string): Change | undefined => {
    const charge = store.charge(id);
    if (charge !== undefined) return openDispute(context, charge);
    const refund = store.refund(id);
    return refund && settleRefund(context, refund, refund.failureDue ? 'failed' : 'succeeded');
  };

  const plan = (id: string): void => {
    if (!store.followUps.has(id) || timers.has(id)) return;
    const run = (): void => {
      timers.delete(id);
      // The bank may have decided before (POST /sandbox/refunds/:id, POST /sandbox/charges/:id).
      const change = store.followUps.has(id) ? changeFor(id) : undefined;
      if (change !== undefined) apply(change);
    };
    timers.set(id, setTimeout(run, store.refund(id)?.status === 'pending' ? pendingMs : delayMs));
  };

  store.followUps.forEach(plan);
  return {
    plan,
    stop: () => timers.forEach((timer) => clearTimeout(timer)),
  };
};
