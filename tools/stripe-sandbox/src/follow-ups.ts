import { failRefund } from './commands/fail-refund.ts';
import { openDispute } from './commands/open-dispute.ts';
import type { Change, Context } from './commands/change.ts';
import type { Store } from './store.ts';

/** So that the response of the charge or the refund arrives first, as from Stripe. */
const delayMs = 500;

export interface FollowUps {
  /** Plans what is due for this charge or refund, if anything is. */
  plan(id: string): void;
  stop(): void;
}

/** Disputes charges and fails refunds of some test cards, a moment later; after a restart as well. */
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
    return refund === undefined ? undefined : failRefund(context, refund);
  };

  const plan = (id: string): void => {
    if (!store.followUps.has(id) || timers.has(id)) return;
    const run = (): void => {
      timers.delete(id);
      const change = changeFor(id);
      if (change !== undefined) apply(change);
    };
    timers.set(id, setTimeout(run, delayMs));
  };

  store.followUps.forEach(plan);
  return {
    plan,
    stop: () => timers.forEach((timer) => clearTimeout(timer)),
  };
};
