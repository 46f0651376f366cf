import type { Behaviour } from '../behaviour.ts';
import type { Context } from '../commands/change.ts';
import type { EventRecord, EventType } from '../events.ts';
import type { Store } from '../store.ts';

export interface ApiKit {
  readonly store: Store;
  readonly context: Context;
  readonly behaviour: Behaviour;
  /** Event types that the webhook endpoint receives; none without an endpoint. */
  readonly sentTypes: ReadonlySet<EventType>;
  readonly notify: (event: EventRecord) => void;
  /** Aborted when the sandbox stops. */
  readonly stopping: AbortSignal;
  /** Idempotency keys of requests in progress. */
  readonly keysInUse: Set<string>;
  /** Objects that a request in progress works on. */
  readonly locked: Set<string>;
}
