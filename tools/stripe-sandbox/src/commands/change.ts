import type { Ledger, StripeRecord } from '../domain/records.ts';
import type { EventType } from '../events.ts';

/** What a command works with. A command decides only; who called it writes the change down. */
export interface Context {
  readonly ledger: Ledger;
  /** Unix seconds. */
  readonly now: () => number;
  /** A fresh id such as `pi_…`. */
  readonly newId: (prefix: string) => string;
  /** Whether amounts below Stripe's smallest are refused. */
  readonly strictAmounts: boolean;
  /** Whether a confirmation that might redirect needs a `return_url`. */
  readonly strictReturnUrl: boolean;
}

/** What a request changes, and its answer. */
export interface Change {
  readonly records: readonly StripeRecord[];
  readonly events: readonly { readonly type: EventType; readonly record: StripeRecord }[];
  readonly status: number;
  readonly body: unknown;
  /** Whether a card was tried: that is what `failNext` hits. */
  readonly triesCard: boolean;
}
