import type { Lookup, StripeRecord } from '../domain/records.ts';
import type { EventType } from '../events.ts';

/** What a command needs. A command only decides; its caller stores the change. */
export interface Context {
  readonly lookup: Lookup;
  /** Unix seconds. */
  readonly now: () => number;
  /** A fresh id such as `pi_…`. */
  readonly newId: (prefix: string) => string;
  /** Whether amounts below Stripe's smallest are refused. */
  readonly strictAmounts: boolean;
  /** Whether a confirmation that might redirect needs a `return_url`. */
  readonly strictReturnUrl: boolean;
}

/** What a request changes, and its response. */
export interface Change {
  readonly records: readonly StripeRecord[];
  readonly events: readonly { readonly type: EventType; readonly record: StripeRecord }[];
  readonly status: number;
  readonly body: unknown;
  /** Whether a card was charged or declined: `failNext` applies to these requests only. */
  readonly triesCard: boolean;
}
