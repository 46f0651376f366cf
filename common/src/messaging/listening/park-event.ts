import type { Document } from 'mongodb';
import { z } from 'zod';
import { parseJson } from './listener.ts';

interface UnknownEvent {
  readonly durable: string;
  readonly subject: string;
  readonly key: string;
  readonly body: string;
  readonly reason: string;
}

/** An event whose data is its aggregate's state; a side event's data has neither the id nor the version. */
const stateEvent = z.object({
  aggregate: z.object({ type: z.string(), id: z.string(), version: z.number() }),
  data: z.object({ id: z.string(), version: z.number() }),
});

/**
 * The one document of all states of an aggregate that a consumer parks, so that republishing adds none; of a side event,
 * its own. With the version of the state.
 */
const identify = ({ durable, key, body }: UnknownEvent) => {
  const { data: event } = stateEvent.safeParse(parseJson(body));
  if (event === undefined || event.aggregate.id !== event.data.id) return { _id: `${durable}/${key}`, version: 0 };
  const { type, id, version } = event.aggregate;
  return { _id: `${durable}/${type}/${id}`, version };
};

/** The document's `unknownTo` with this fingerprint. */
export const withFingerprint = (fingerprint: string): Document => {
  const known = { $ifNull: ['$unknownTo', ''] };
  return {
    $cond: [{ $gte: [{ $indexOfBytes: [known, fingerprint] }, 0] }, known, { $concat: [known, fingerprint, ' '] }],
  };
};

/** The write that parks an event: a newer state replaces an older one, and the same one adds the fingerprint only. */
export const parkEvent = (
  event: UnknownEvent,
  fingerprint: string,
  now: Date,
): { readonly filter: { readonly _id: string }; readonly update: Document[] } => {
  const { _id, version } = identify(event);
  // True of a document that is not there yet, too.
  const isNewer = { $lt: ['$version', version] };
  const replaced = Object.entries({ ...event, version, failures: 0 }).map(([field, value]) => [
    field,
    { $cond: [isNewer, { $literal: value }, `$${field}`] },
  ]);
  const isSame = { $eq: ['$version', version] };
  const set = {
    ...Object.fromEntries(replaced),
    at: { $ifNull: ['$at', now] },
    status: { $ifNull: ['$status', 'parked'] },
    unknownTo: {
      $cond: [isNewer, `${fingerprint} `, { $cond: [isSame, withFingerprint(fingerprint), '$unknownTo'] }],
    },
    notBefore: { $cond: [isNewer, '$$REMOVE', '$notBefore'] },
  };
  return { filter: { _id }, update: [{ $set: set }] };
};
