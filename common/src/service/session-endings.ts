import type { Logger } from 'pino';
import { z } from 'zod';
import { endedSessionsOfUser, sessionEnded, sessionState } from '../events/index.ts';
import { EndedSessions, type CurrentUser, type SessionEnding, type SessionGuard } from '../http/index.ts';
import type { Transport } from '../messaging/index.ts';
import { defineCollection, type Database, type DocumentOf } from '../mongo/index.ts';
import type { Metrics } from './metrics.ts';
import { periodically } from './periodic.ts';
import type { Stoppable } from './stoppable.ts';

/** What this service has heard of ended sessions. `_id` is the session's, or the user's with a prefix. */
export const sessionEndings = defineCollection({
  name: 'session-endings',
  fields: {
    userId: { type: String },
    issuedBefore: { type: Date },
    except: { type: String },
    expiresAt: { type: Date, required: true },
  },
  indexes: [{ key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 }],
});

type StoredEnding = DocumentOf<typeof sessionEndings>;

/** About 15 MB. */
const maxEntries = 100_000;
const storeEveryMs = 1_000;
const storedAtOnce = 1_000;
const refreshEveryMs = 60_000;

const eventData = z.object({ data: z.union([sessionState, endedSessionsOfUser]) });

const idOfUser = (userId: string): string => `user:${userId}`;

const parse = (body: string): SessionEnding => {
  const { data } = eventData.parse(JSON.parse(body));
  const expiresAt = new Date(data.expiresAt);
  return 'issuedBefore' in data
    ? { userId: data.userId, issuedBefore: new Date(data.issuedBefore), except: data.except, expiresAt }
    : { sid: data.id, expiresAt };
};

const endingOf = ({ _id, userId, issuedBefore, except, expiresAt }: StoredEnding): SessionEnding =>
  userId === undefined || issuedBefore === undefined
    ? { sid: _id, expiresAt }
    : { userId, issuedBefore, except, expiresAt };

/** Writes an ending; of a user, only one that is later than what is stored. */
const writeOf = (ending: SessionEnding) => {
  if ('sid' in ending) {
    const { sid, expiresAt } = ending;
    return { updateOne: { filter: { _id: sid }, update: { $setOnInsert: { expiresAt } }, upsert: true } };
  }
  const { userId, issuedBefore, except, expiresAt } = ending;
  const newer = { userId, issuedBefore, except, expiresAt };
  const isLater = { $lt: [{ $ifNull: ['$issuedBefore', new Date(0)] }, issuedBefore] };
  const set = Object.entries(newer).map(([name, value]) => [
    name,
    { $cond: [isLater, value === undefined ? '$$REMOVE' : { $literal: value }, `$${name}`] },
  ]);
  return {
    updateOne: { filter: { _id: idOfUser(userId) }, update: [{ $set: Object.fromEntries(set) }], upsert: true },
  };
};

interface SessionEndingsOptions {
  readonly database: Pick<Database, 'collection' | 'isUp'>;
  readonly transport: Pick<Transport, 'follow'>;
  readonly now: () => Date;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'observed'>;
  /** Lowered by tests only. */
  readonly maxEntries?: number;
}

/**
 * Follows the sessions that end: every replica hears all of them, keeps them in memory and stores them in its service's
 * database, which knows those that the broker has forgotten.
 */
export class SessionEndings implements SessionGuard {
  readonly #options: SessionEndingsOptions;
  readonly #maxEntries: number;
  #ended: EndedSessions;
  /** What is being read, which takes what is heard meanwhile too. */
  #reading: EndedSessions | undefined;
  /** Heard, and not stored yet; what has no room here is heard again by the next process. */
  #unstored: SessionEnding[] = [];

  constructor(options: SessionEndingsOptions) {
    this.#options = options;
    this.#maxEntries = options.maxEntries ?? maxEntries;
    this.#ended = new EndedSessions(this.#maxEntries);
    const help = 'Sessions, and users whose sessions, have ended before their tokens expire';
    options.metrics.observed('ended_sessions', help, () => this.#ended.size);
  }

  isEnded(user: CurrentUser): boolean {
    return this.#ended.has(user);
  }

  /** Looks the session up while not all endings have room in memory. */
  async confirm(user: CurrentUser): Promise<CurrentUser | undefined> {
    if (this.#ended.isComplete) return user;
    const found = await this.#collection.find({ _id: { $in: [user.sid, idOfUser(user.id)] } }).toArray();
    const stored = new EndedSessions(found.length);
    for (const ending of found) stored.add(endingOf(ending));
    return stored.has(user) ? undefined : user;
  }

  /**
   * Reads what is stored, then follows the broker; both are known once `caughtUp` resolves, which it does not while the
   * broker is away.
   */
  async start(): Promise<{ readonly caughtUp: Promise<void> } & Stoppable> {
    const { transport, logger } = this.#options;
    await this.#read();
    const follower = transport.follow({
      subject: sessionEnded.type,
      from: 'first',
      onMessage: (body) => {
        try {
          this.#hear(parse(body));
        } catch (error) {
          logger.error({ err: error }, 'an ended session could not be read');
        }
      },
    });
    const workers = [
      periodically({ name: 'storing of ended sessions', periodMs: storeEveryMs, logger }, () => this.#store()),
      periodically({ name: 'refresh of ended sessions', periodMs: refreshEveryMs, logger }, () => this.#refresh()),
    ];
    return {
      caughtUp: follower.caughtUp,
      stop: async () => {
        await follower.stop();
        await Promise.all(workers.map((worker) => worker.stop()));
        // What is not stored is heard again by the next process, so a failure must not keep this one from ending.
        await this.#store().catch((error: unknown) => logger.warn({ err: error }, 'ended sessions not stored'));
      },
    };
  }

  get #collection() {
    return this.#options.database.collection<StoredEnding>(sessionEndings.name);
  }

  #hear(ending: SessionEnding): void {
    if (ending.expiresAt <= this.#options.now()) return;
    this.#reading?.add(ending);
    if (this.#ended.add(ending) && this.#unstored.length < this.#maxEntries) this.#unstored.push(ending);
  }

  /** What is not stored stays until the database is back. */
  async #store(): Promise<void> {
    while (this.#unstored.length > 0 && this.#options.database.isUp()) {
      const endings = this.#unstored.slice(0, storedAtOnce);
      await this.#collection.bulkWrite(endings.map(writeOf), { ordered: false });
      this.#unstored = this.#unstored.slice(endings.length);
    }
  }

  async #read(): Promise<void> {
    const reading = new EndedSessions(this.#maxEntries);
    this.#reading = reading;
    for (const ending of this.#unstored) reading.add(ending);
    const live = { expiresAt: { $gt: this.#options.now() } };
    for await (const ending of this.#collection.find(live)) reading.add(endingOf(ending));
    this.#ended = reading;
    this.#reading = undefined;
  }

  async #refresh(): Promise<void> {
    this.#ended.forgetExpired(this.#options.now());
    if (!this.#ended.isComplete && this.#options.database.isUp()) await this.#read();
  }
}
