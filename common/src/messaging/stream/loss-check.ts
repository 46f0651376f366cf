import type { Collection } from 'mongodb';
import type { Logger } from 'pino';
import { defineCollection, isDuplicateKey, type DocumentOf } from '../../mongo/index.ts';
import type { EventStore, StreamState } from '../bus/transport.ts';
import { requestRepublication, type Republication } from './republications.ts';

/** The stream as the last check of this service found it: one document. */
export const streamNotes = defineCollection({
  name: 'stream-notes',
  fields: {
    // Absent until the first note of a release that gives the stream an id.
    streamId: { type: String },
    // Compared by the release before.
    created: { type: String, required: true },
    // The last event that the broker has acknowledged to this service; 0 when there is none.
    sequence: { type: Number, required: true },
    eventId: { type: String },
    // When the oldest message of the stream was published; of an empty stream, when the note was taken.
    oldestAt: { type: Date, required: true },
    notedAt: { type: Date, required: true },
  },
});

export type StreamNote = DocumentOf<typeof streamNotes>;

const noteId = 'stream';

/** A message that was in the stream, and the id that it had. */
interface KnownMessage {
  readonly sequence: number;
  readonly id: string | undefined;
}

/** Whether the broker has lost a message that it had acknowledged: the stream is another one, ends before it, or has another message in its place. */
export const hasLost = async (
  store: Pick<EventStore, 'messageId'>,
  state: Pick<StreamState, 'id' | 'lastSequence'>,
  known: { readonly streamId: string | undefined; readonly messages: readonly KnownMessage[] },
): Promise<boolean> => {
  if (known.streamId !== undefined && known.streamId !== state.id) return true;
  for (const { sequence, id } of known.messages) {
    if (sequence > state.lastSequence) return true;
    if (sequence === 0 || id === undefined) continue;
    // A message that is not there was purged, which proves nothing.
    const found = await store.messageId(sequence);
    if (found !== undefined && found !== id) return true;
  }
  return false;
};

export interface LossCheckDeps {
  readonly notes: Collection<StreamNote>;
  readonly republications: Collection<Republication>;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly onLoss: () => void;
  /** How much earlier than the oldest message of the stream a republication begins: clocks differ, and events wait. */
  readonly marginMs: number;
}

/**
 * Returns a check that compares what the broker has with what this service knew, requests a republication when the broker
 * has lost messages, and takes a new note. A message that some consumer still needed was in the stream when the last note
 * was taken, or was published later: so everything that has changed since the oldest message of that time is published
 * again. Calls wait for each other. `isRewound`: an acknowledgement has shown a loss, which counts until a check succeeds.
 */
export const createLossCheck = (deps: LossCheckDeps): ((store: EventStore, isRewound?: boolean) => Promise<void>) => {
  const { notes, now, logger } = deps;
  /** As this process last knew it: another replica may have taken a newer note after a loss that only this one can see. */
  let oldestAt: Date | undefined;
  let rewinds = 0;
  let checkedRewinds = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const check = async (store: EventStore): Promise<void> => {
    const seenRewinds = rewinds;
    const isRewound = seenRewinds > checkedRewinds;
    const acknowledged = store.lastAcknowledged();
    const note = await notes.findOne({ _id: noteId });
    // Read before the state: a consumer that is ahead of it was ahead when it was read.
    const consumers = await store.consumers();
    const state = await store.state();
    // The broker has lost messages, but not this consumer's position: it would skip as many new ones. Nothing has been
    // published above the loss yet. Its service creates it again, and gets everything that the stream holds.
    for (const { durable, deliveredUpTo } of consumers) {
      if (deliveredUpTo > state.lastSequence) await store.removeConsumer(durable);
    }
    const messages = [
      ...(note === null ? [] : [{ sequence: note.sequence, id: note.eventId }]),
      ...(acknowledged === undefined ? [] : [acknowledged]),
    ];
    const isLost = isRewound || (await hasLost(store, state, { streamId: note?.streamId, messages }));
    if (isLost) {
      const times = [note?.oldestAt, oldestAt].flatMap((time) => (time === undefined ? [] : [time.getTime()]));
      const since = new Date(times.length === 0 ? 0 : Math.max(0, Math.min(...times) - deps.marginMs));
      logger.error({ since, note, acknowledged, state }, 'NATS has lost events: what has changed since is republished');
      deps.onLoss();
      // Replicas that see the same loss request it once.
      const cause = isRewound || note === null ? deps.newId() : String(note.notedAt.getTime());
      await requestRepublication(deps.republications, { _id: `lost-${cause}`, requestedAt: now(), since });
      store.forgetAcknowledged();
    }
    const last = isLost ? undefined : messages.toSorted((a, b) => b.sequence - a.sequence)[0];
    const next = {
      ...(state.id === undefined ? {} : { streamId: state.id }),
      created: state.created,
      sequence: last?.sequence ?? 0,
      ...(last?.id === undefined ? {} : { eventId: last.id }),
      oldestAt: state.oldestAt ?? now(),
      notedAt: now(),
    };
    await replaceNote(notes, note, next);
    oldestAt = next.oldestAt;
    checkedRewinds = seenRewinds;
  };

  return (store, isRewound = false) => {
    if (isRewound) rewinds += 1;
    const result = queue.then(() => check(store));
    queue = result.catch(() => undefined);
    return result;
  };
};

/** Unless another replica has replaced it: a note from before a loss must not follow one from after it. */
const replaceNote = async (
  notes: Collection<StreamNote>,
  before: StreamNote | null,
  next: Omit<StreamNote, '_id'>,
): Promise<void> => {
  try {
    if (before === null) await notes.insertOne({ _id: noteId, ...next });
    else await notes.replaceOne({ _id: noteId, notedAt: before.notedAt }, next);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
};
