import {
  MongoClient,
  type Collection,
  type CreateIndexesOptions,
  type Db,
  type Document,
  type IndexDescriptionInfo,
} from 'mongodb';
import type { Schema } from 'mongoose';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

const pingEveryMs = 300;
/** With `pingEveryMs` this keeps the promise that a request gets its 503 within 2 s of the database going away. */
const pingTimeoutMs = 1_200;
const pingSliceMs = 50;
const selectionTimeoutMs = 1_500;

/** A collection's name with its mongoose schema, from which the indexes and the database's own validator are made. */
export interface CollectionDefinition {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * One service's database. Every write is acknowledged by a majority and every read is of what a majority has, so that
 * nothing is published, acknowledged or acted on that a killed server forgets.
 */
export class Database {
  readonly #client: MongoClient;
  readonly #monitor: MongoClient;
  readonly #db: Db;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  readonly #connecting: Promise<void>;
  readonly #watching: Promise<void>;
  readonly #onDown = new Set<() => void>();
  #connected = false;
  #up = false;

  constructor(options: { readonly url: string; readonly appName: string; readonly logger: Logger }) {
    this.#logger = options.logger;
    this.#client = new MongoClient(options.url, {
      appName: options.appName,
      writeConcern: { w: 'majority' },
      readConcern: { level: 'majority' },
      serverSelectionTimeoutMS: selectionTimeoutMs,
      connectTimeoutMS: selectionTimeoutMs,
      heartbeatFrequencyMS: 2_000,
      maxPoolSize: 40,
      ignoreUndefined: true,
    });
    // Its own connection, so that a ping tells of the server and not of the length of our queue.
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

  isUp(): boolean {
    return this.#up;
  }

  /** Calls `listener` each time the database is found to be away; for requests that wait for it. */
  onDown(listener: () => void): void {
    this.#onDown.add(listener);
  }

  /**
   * Makes collections, validators and indexes that are missing; safe in several replicas at once. Waits for the
   * database as long as it takes, since a service has nothing to do without it.
   */
  async prepare(definitions: readonly CollectionDefinition[]): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        for (const definition of definitions) await this.#prepareOne(definition);
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) throw error;
        if (attempt % 20 === 0) this.#logger.warn({ err: error }, 'the database is not prepared yet');
        await delay(250, undefined, { signal: this.#closing.signal });
      }
    }
  }

  /** Removes everything. For tests. */
  async drop(): Promise<void> {
    await this.#db.dropDatabase();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#connecting, this.#watching]);
    await Promise.allSettled([this.#client.close(), this.#monitor.close()]);
  }

  async #prepareOne({ name, schema }: CollectionDefinition): Promise<void> {
    const validator = { $jsonSchema: schema.toJSONSchema({ useBsonType: true }) };
    const present = await this.#db.listCollections({ name }, { nameOnly: true }).toArray();
    if (present.length === 0) {
      await this.#db.createCollection(name).catch((error: unknown) => {
        if (!isCodeName(error, 'NamespaceExists')) throw error;
      });
    }
    // 'moderate': a document that an older version of us wrote may still be changed.
    await this.#db.command({ collMod: name, validator, validationLevel: 'moderate' });
    for (const [keys, options] of schema.indexes()) {
      const {
        unique,
        partialFilterExpression,
        expireAfterSeconds,
        name: indexName,
        weights,
        default_language,
      } = options;
      await this.#ensureIndex(name, toKeys(keys), {
        ...(unique === true ? { unique } : {}),
        ...(partialFilterExpression === undefined ? {} : { partialFilterExpression }),
        ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
        ...(indexName === undefined ? {} : { name: indexName }),
        ...(weights === undefined ? {} : { weights }),
        ...(default_language === undefined ? {} : { default_language }),
      });
    }
  }

  /**
   * Makes an index. One that an older version of us has defined otherwise is made anew: until it is there, text searches
   * on it fail and others take longer, so a new definition is better given a new name; a
   * unique one is not, since without it for a moment two documents could be what only one may be.
   */
  async #ensureIndex(name: string, keys: IndexKeys, options: CreateIndexesOptions): Promise<void> {
    const collection = this.#db.collection(name);
    try {
      await collection.createIndex(keys, options);
    } catch (error) {
      if (!isCodeName(error, 'IndexOptionsConflict') && !isCodeName(error, 'IndexKeySpecsConflict')) throw error;
      const before = (await collection.indexes()).find((index) => isInTheWay(index, keys, options.name));
      if (before?.name === undefined) throw error;
      if (before.unique === true || options.unique === true) {
        throw new Error(
          `${name}: the unique index ${before.name} has another definition in the database. Give the new one another ` +
            'name and other keys or another filter, and drop the old one in a later release',
          { cause: error },
        );
      }
      this.#logger.warn({ collection: name, index: before.name }, 'an index with another definition is made anew');
      await collection.dropIndex(before.name).catch((dropError: unknown) => {
        // Another replica was first.
        if (!isCodeName(dropError, 'IndexNotFound')) throw dropError;
      });
      await collection.createIndex(keys, options);
    }
  }

  /**
   * The driver mends a connection for ever once it was there, but gives up for good when the first attempt fails: so
   * that one is repeated here.
   */
  async #connect(): Promise<void> {
    while (!this.#connected && !this.#closing.signal.aborted) {
      try {
        await this.#client.connect();
        this.#connected = true;
      } catch {
        // The watch tells of it.
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

  /** Asks until there is a primary or the time is over; answers what was wrong then. */
  async #ping(): Promise<unknown> {
    const asking: { problem: unknown; over: boolean } = { problem: 'it does not answer', over: false };
    const ask = async (): Promise<undefined> => {
      while (!asking.over) {
        try {
          const monitor = await this.#monitor.connect();
          const hello = await monitor.db('admin').command({ hello: 1 });
          if (hello.isWritablePrimary === true) {
            asking.over = true;
            return undefined;
          }
          asking.problem = 'it is no primary';
        } catch (error) {
          // After a pause of this process the driver takes a living server for dead: only asking again tells.
          asking.problem = error;
        }
        await delay(pingSliceMs, undefined, { ref: false });
      }
      return undefined;
    };
    const timeOver = async (): Promise<unknown> => {
      // In slices, so that it is the time in which this process ran: while it stood still, nothing could be heard.
      for (let slice = 0; slice < pingTimeoutMs / pingSliceMs && !asking.over; slice += 1) {
        await delay(pingSliceMs, undefined, { ref: false });
      }
      asking.over = true;
      return asking.problem;
    };
    return Promise.race([ask(), timeOver()]);
  }

  #set(up: boolean, problem: unknown): void {
    if (up === this.#up) return;
    this.#up = up;
    if (up) {
      this.#logger.info('the database is there');
    } else {
      this.#logger.warn({ err: problem }, 'the database is away');
      for (const listener of this.#onDown) listener();
    }
  }
}

const isCodeName = (error: unknown, codeName: string): boolean =>
  typeof error === 'object' && error !== null && 'codeName' in error && error.codeName === codeName;

type IndexKeys = [string, 1 | -1 | 'text'][];

/** Of one name, or of the same keys; and a collection has one text index at most. */
const isInTheWay = (index: IndexDescriptionInfo, keys: IndexKeys, name: string | undefined): boolean =>
  index.name === name ||
  JSON.stringify(Object.entries(index.key)) === JSON.stringify(keys) ||
  ('_fts' in index.key && keys.some(([, direction]) => direction === 'text'));

const toKeys = (keys: object): IndexKeys =>
  Object.entries(keys).map(([field, direction]) => [field, direction === 'text' ? 'text' : direction === -1 ? -1 : 1]);
