import type { Lookup, StripeRecord } from '../domain/records.ts';
import type { EventType } from '../events.ts';

/** Dependencies of a command. A command stores nothing: its caller stores the returned change. */
export interface Context {
  readonly lookup: Lookup;
  /** Unix seconds. */
  readonly now: () => number;
  /** A new id such as `pi_…`. */
  readonly newId: (prefix: string) => string;
  /** Whether a confirmation that might redirect needs a `return_url`. */
  readonly strictReturnUrl: boolean;
}

/** What a request changes, and its response. */
export interface Change {
  readonly records: readonly StripeRecord[];
  readonly events: readonly { readonly type: EventType; readonly record: StripeRecord }[];
  readonly status: number;
  readonly body: unknown;
  /** Whether the request tried to charge a card; `failNext` applies to these requests only. */
  readonly chargesCard: boolean;
}

/** For a change that no request of the API makes. */
export const noResponse = { records: [], events: [], status: 200, body: undefined, chargesCard: false } as const;
