import { MongoClient, type Collection, type Db, type Document } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { MajorityWatch } from './majority-watch.ts';
import { ServerClock, type ServerTime } from './server-clock.ts';
import { runTransaction, type Transaction } from './run-transaction.ts';
import { prepareCollection, type CollectionDefinition } from './prepare-collections.ts';

const pingEveryMs = 300;
/** Together with `pingEveryMs` it guarantees that a request gets its 503 within 2 s of the database going away. */
const pingTimeoutMs = 1_200;
const pingSliceMs = 50;
const selectionTimeoutMs = 1_500;
/** A write that no majority has acknowledged by then has an unknown outcome. */
const majorityTimeoutMs = 2_000;

/** The time of a writable primary: the clock of a secondary is none that the replicas share. */
const serverTime = ({ isWritablePrimary, localTime, me }: Document): ServerTime | undefined =>
  isWritablePrimary === true && localTime instanceof Date ? { time: localTime, server: String(me) } : undefined;

/**
 * One service's database. Writes are acknowledged by a majority of the replica set and reads return only what a majority
 * has stored, so nothing is published, acknowledged or acted on that is lost when a server is killed.
 */
export class Database {
  readonly #client: MongoClient;
  readonly #monitor: MongoClient;
  readonly #db: Db;
  readonly #logger: Logger;
  readonly #clock: ServerClock;
  readonly #majority = new MajorityWatch(majorityTimeoutMs);
  readonly #closing = new AbortController();
  readonly #connecting: Promise<void>;
  readonly #watching: Promise<void>;
  readonly #onDown = new Set<() => void>();
  #connected = false;
  #up = false;

  constructor(options: {
    readonly url: string;
    readonly appName: string;
    readonly logger: Logger;
    /** Set by tests only: receives every command as it is sent. */
    readonly onCommand?: ((command: Document) => void) | undefined;
    /** This process's own clock, in milliseconds; replaced by tests only. */
    readonly ownTime?: (() => number) | undefined;
  }) {
    this.#logger = options.logger;
    this.#clock = new ServerClock(options.ownTime ?? Date.now);
    this.#client = new MongoClient(options.url, {
      appName: options.appName,
      writeConcern: { w: 'majority', wtimeoutMS: majorityTimeoutMs },
      readConcern: { level: 'majority' },
      serverSelectionTimeoutMS: selectionTimeoutMs,
      connectTimeoutMS: selectionTimeoutMs,
      heartbeatFrequencyMS: 2_000,
      maxPoolSize: 40,
      ignoreUndefined: true,
      monitorCommands: options.onCommand !== undefined,
    });
    this.#client.on('commandStarted', ({ command }) => options.onCommand?.(command));
    // A separate connection, so that a ping measures the server and not the length of our queue.
    this.#monitor = new MongoClient(options.url, {
      appName: `${options.appName}-monitor`,
      serverSelectionTimeoutMS: pingTimeoutMs,
      connectTimeoutMS: pingTimeoutMs,
      heartbeatFrequencyMS: 1_000,
      maxPoolSize: 1,
    });
    this.#db = this.#client.db();
    this.#connecting = this.#connect();
    this.#watching = this.#watch();
  }

  collection<Doc extends Document>(name: string): Collection<Doc> {
    return this.#db.collection<Doc>(name);
  }

  /** Runs `work` as one transaction, again after a conflict. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return runTransaction(this.#client, work);
  }

  /** The time by the server's clock, which all replicas of the service share; until `prepare` resolves, maybe this process's. */
  now(): Date {
    return this.#clock.now();
  }

  isUp(): boolean {
    return this.#up;
  }

  /** Calls `listener` each time the database is found to be unreachable; for requests that wait for it. */
  onDown(listener: () => void): void {
    this.#onDown.add(listener);
  }

  /**
   * Creates missing collections, validators and indexes; safe in several replicas at once. Retries until the database
   * is reachable, since a service can do nothing without it. Resolves with the result of `read`, which is retried too, once
   * `now` returns the server's time.
   */
  async prepare<Found = undefined>(
    definitions: readonly CollectionDefinition[],
    read: () => Promise<Found | undefined> = async () => undefined,
  ): Promise<Found | undefined> {
    let found: Found | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        for (const definition of definitions) await prepareCollection(this.#db, definition, this.#logger);
        found = await read();
        break;
      } catch (error) {
        if (this.#closing.signal.aborted) throw error;
        if (attempt % 20 === 0) this.#logger.warn({ err: error }, 'the database is not prepared yet, retrying');
        await delay(250, undefined, { signal: this.#closing.signal });
      }
    }
    while (!this.#clock.isRead()) await delay(pingSliceMs, undefined, { signal: this.#closing.signal });
    return found;
  }

  /** Drops the database. For tests. */
  async drop(): Promise<void> {
    await this.#db.dropDatabase();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#connecting, this.#watching]);
    await Promise.allSettled([this.#client.close(), this.#monitor.close()]);
  }

  /**
   * The driver reconnects for ever once it has been connected, but gives up when the first attempt fails: so the first
   * attempt is repeated here.
   */
  async #connect(): Promise<void> {
    while (!this.#connected && !this.#closing.signal.aborted) {
      try {
        await this.#client.connect();
        this.#connected = true;
      } catch {
        // #watch logs it.
        await delay(pingEveryMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async #watch(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const problem = await this.#ping();
      this.#set(problem === undefined && this.#connected, problem);
      await delay(pingEveryMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
    }
  }

  /** Repeats `hello` until there is a primary or the time-out has passed; returns what was wrong, if anything. */
  async #ping(): Promise<unknown> {
    const state: { problem: unknown; ended: boolean } = { problem: 'no response', ended: false };
    const ping = async (): Promise<undefined> => {
      while (!state.ended) {
        try {
          const monitor = await this.#monitor.connect();
          const hello = await this.#clock.read(() => monitor.db('admin').command({ hello: 1 }), serverTime);
          if (hello.isWritablePrimary !== true) state.problem = 'the server is not the primary';
          else if (!this.#majority.isAcknowledged(hello)) state.problem = 'no majority acknowledges writes';
          else {
            state.ended = true;
            return undefined;
          }
        } catch (error) {
          // After a suspension of this process the driver considers a reachable server dead: only another ping shows its state.
          state.problem = error;
        }
        await delay(pingSliceMs, undefined, { ref: false });
      }
      return undefined;
    };
    const timeOut = async (): Promise<unknown> => {
      // Counted in slices, so that time in which this process was suspended does not count.
      for (let slice = 0; slice < pingTimeoutMs / pingSliceMs && !state.ended; slice += 1) {
        await delay(pingSliceMs, undefined, { ref: false });
      }
      state.ended = true;
      return state.problem;
    };
    return Promise.race([ping(), timeOut()]);
  }

  #set(up: boolean, problem: unknown): void {
    if (up === this.#up) return;
    this.#up = up;
    if (up) {
      this.#logger.info('the database is reachable');
    } else {
      this.#logger.warn({ err: problem }, 'the database is unreachable');
      for (const listener of this.#onDown) listener();
    }
  }
}
