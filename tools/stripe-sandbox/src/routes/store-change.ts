import type { Change } from '../commands/change.ts';
import type { EventRecord } from '../events.ts';
import type { StoredResponse } from '../store.ts';
import type { ApiKit } from './api-kit.ts';

/** Stores a change with its events and, for a request with a key, its response; then sends the events. */
export const storeChange = (
  kit: Pick<ApiKit, 'store' | 'context' | 'sentTypes' | 'notify' | 'planFollowUp'>,
  change: Change,
  request: { readonly id: string | null; readonly idempotencyKey: string | null },
  response?: StoredResponse,
): void => {
  const events = change.events.map((event): EventRecord => ({
    id: kit.context.newId('evt'),
    type: event.type,
    created: kit.context.now(),
    request: { id: request.id, idempotency_key: request.idempotencyKey },
    isSent: kit.sentTypes.has(event.type),
    record: event.record,
  }));
  if (change.records.length > 0 || events.length > 0 || response !== undefined) {
    kit.store.commit({ records: change.records, events, answer: response });
  }
  for (const { id } of change.records) kit.planFollowUp(id);
  for (const { id, isSent } of events) if (isSent) kit.notify(id);
};
