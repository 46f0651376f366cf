import type { Behaviour } from '../behaviour.ts';
import type { CallLog } from '../call-log.ts';
import type { Context } from '../commands/change.ts';
import type { EventType } from '../events.ts';
import type { Store } from '../store.ts';

export interface ApiKit {
  readonly store: Store;
  readonly context: Context;
  readonly behaviour: Behaviour;
  /** Event types that the webhook endpoint receives; none without an endpoint. */
  readonly sentTypes: ReadonlySet<EventType>;
  /** Sends the webhook of a stored event. */
  readonly notify: (eventId: string) => void;
  /** Sends what has waited while the webhooks were switched off. */
  readonly resumeWebhooks: () => void;
  readonly calls: CallLog;
  /** Plans what is to happen to a stored charge or refund a moment later. */
  readonly planFollowUp: (id: string) => void;
  /** Aborted when the sandbox stops. */
  readonly stopping: AbortSignal;
  /** Idempotency keys of requests in progress. */
  readonly keysInUse: Set<string>;
  /** Objects that a request in progress works on. */
  readonly locked: Set<string>;
}
