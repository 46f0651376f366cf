import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { NotFoundError, ServiceUnavailableError, TooManyRequestsError } from '../../errors/index.ts';
import { networkOf } from '../limits/network-of.ts';
import type { SessionGuard } from '../sessions/session-cookie.ts';
import { LiveStream, messageOf, sendHead, type Message } from './live-stream.ts';

/** Bounds of one process. */
export interface LiveBounds {
  readonly maxStreams: number;
  /** Of one account, and of one address, whatever its accounts; undefined without a limit. */
  readonly maxPerReader: number | undefined;
  /** After this time a stream ends and is opened again: its reader may no longer be allowed to read it. */
  readonly maxAgeMs: number;
}

interface Options extends LiveBounds {
  readonly sessions: Pick<SessionGuard, 'isEnded'>;
  readonly logger: Logger;
  /** This process's own clock, in milliseconds. */
  readonly now: () => number;
  /** Whether this process receives events; while it does not, everything is read again from time to time. */
  readonly receivesEvents: () => boolean;
}

/** Where the states of things of one kind come from. */
export interface LiveSource {
  /** What GET shows of it at present; undefined if there is no such thing. Rejects while the database is away. */
  readonly read: (id: string) => Promise<object | undefined>;
}

/** The streams of things of one kind, by their ids. */
export interface LiveStates {
  /**
   * Responds with the present state of the thing, then with each new one, until the reader goes away.
   * @throws NotFoundError, TooManyRequestsError, ServiceUnavailableError
   */
  open(req: Request, res: Response, id: string): Promise<void>;
  /** The thing has changed; what has no streams costs nothing. */
  changed(id: string): void;
  /** What has changed may be unknown. */
  changedAll(): void;
  readonly isEmpty: boolean;
}

const retryAfterSeconds = 30;
const concurrentReads = 8;
const readWithoutEventsMs = 20_000;

interface Thing {
  readonly streams: Set<LiveStream>;
  reading: Promise<boolean> | undefined;
  /** Begins when `reading` ends, and so shows what has changed since that began. */
  readingNext: Promise<boolean> | undefined;
}

/** The open streams of a process, whatever they show. */
export class LiveStreams {
  readonly #options: Options;
  readonly #streams = new Set<LiveStream>();
  readonly #perReader = new Map<string, number>();
  readonly #kinds: LiveThings[] = [];
  #isEnding = false;
  #readAllAt = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Share of the streams that may be open in this process, from 0 to 1. */
  get roomTaken(): number {
    return this.#streams.size / this.#options.maxStreams;
  }

  /** `onOpen` is called when a stream is opened, before its thing is read. */
  of(source: LiveSource, onOpen: () => void = () => undefined): LiveStates {
    const things = new LiveThings({ ...source, onOpen }, (req, res) => this.#take(req, res), this.#options.logger);
    this.#kinds.push(things);
    return things;
  }

  /** Called every half second. */
  tick(): void {
    const now = this.#options.now();
    for (const stream of this.#streams) {
      const { user } = stream;
      if (this.#isEnding || (user !== undefined && this.#options.sessions.isEnded(user))) stream.end();
      stream.tick(now);
    }
    for (const things of this.#kinds) things.retry();
    if (this.#options.receivesEvents()) this.#readAllAt = now + readWithoutEventsMs;
    else if (now >= this.#readAllAt) {
      this.#readAllAt = now + readWithoutEventsMs;
      for (const things of this.#kinds) things.changedAll();
    }
  }

  /** Ends all streams, also those whose first state is being read: they end after it. */
  endAll(): void {
    this.#isEnding = true;
    for (const stream of this.#streams) stream.end();
  }

  #take(req: Request, res: Response): LiveStream {
    const { maxStreams, maxPerReader, maxAgeMs } = this.#options;
    if (this.#streams.size >= maxStreams) throw new ServiceUnavailableError();
    const user = req.currentUser;
    const readers = [networkOf(req.clientAddress), ...(user === undefined ? [] : [`user ${user.id}`])];
    const isAtLimit = (reader: string) => (this.#perReader.get(reader) ?? 0) >= (maxPerReader ?? Infinity);
    if (readers.some(isAtLimit)) throw new TooManyRequestsError(retryAfterSeconds, 'streams');
    for (const reader of readers) this.#perReader.set(reader, (this.#perReader.get(reader) ?? 0) + 1);
    const now = this.#options.now();
    const leftMs = user?.expiresAt === undefined ? Infinity : user.expiresAt - Date.now();
    const stream = new LiveStream(res, { now, endsAt: now + Math.min(maxAgeMs, leftMs), user });
    this.#streams.add(stream);
    res.once('close', () => {
      this.#streams.delete(stream);
      for (const reader of readers) {
        const left = (this.#perReader.get(reader) ?? 1) - 1;
        if (left === 0) this.#perReader.delete(reader);
        else this.#perReader.set(reader, left);
      }
    });
    return stream;
  }
}

class LiveThings implements LiveStates {
  readonly #source: LiveSource & { readonly onOpen: () => void };
  readonly #take: (req: Request, res: Response) => LiveStream;
  readonly #logger: Logger;
  readonly #things = new Map<string, Thing>();
  /** Ids of things that are to be read again. */
  readonly #stale = new Set<string>();
  /** Those whose read has failed; tried again every second. */
  readonly #failed = new Set<string>();
  #lanes = 0;

  constructor(
    source: LiveSource & { readonly onOpen: () => void },
    take: (req: Request, res: Response) => LiveStream,
    logger: Logger,
  ) {
    this.#source = source;
    this.#take = take;
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    return this.#things.size === 0;
  }

  async open(req: Request, res: Response, id: string): Promise<void> {
    if (req.method === 'HEAD') {
      if ((await this.#source.read(id)) === undefined) throw new NotFoundError();
      return sendHead(res);
    }
    // The reader has gone away before, so no `close` will follow that would free its place.
    if (res.destroyed) return;
    const stream = this.#take(req, res);
    // Before it is read, so that no change falls in between.
    const thing = this.#things.get(id) ?? { streams: new Set(), reading: undefined, readingNext: undefined };
    this.#things.set(id, thing);
    thing.streams.add(stream);
    this.#source.onOpen();
    res.once('close', () => {
      thing.streams.delete(stream);
      if (thing.streams.size === 0 && this.#things.get(id) === thing) this.#things.delete(id);
    });
    if (!(await this.#read(id, thing))) throw new NotFoundError();
  }

  changed(id: string): void {
    if (!this.#things.has(id)) return;
    this.#stale.add(id);
    if (this.#lanes < concurrentReads) void this.#work();
  }

  changedAll(): void {
    for (const id of this.#things.keys()) this.changed(id);
  }

  retry(): void {
    const failed = [...this.#failed];
    this.#failed.clear();
    for (const id of failed) this.changed(id);
  }

  async #work(): Promise<void> {
    this.#lanes += 1;
    for (const id of this.#stale) {
      this.#stale.delete(id);
      const thing = this.#things.get(id);
      if (thing === undefined) continue;
      try {
        await this.#read(id, thing);
      } catch (error) {
        this.#failed.add(id);
        this.#logger.warn({ err: error, id }, 'a live page could not be brought up to date');
      }
    }
    this.#lanes -= 1;
  }

  /** Shows the state to all streams of the thing, in the order of the reads. Resolves to whether there is such a thing. */
  #read(id: string, thing: Thing): Promise<boolean> {
    if (thing.readingNext !== undefined) return thing.readingNext;
    const { reading } = thing;
    if (reading === undefined) return this.#begin(id, thing);
    const readAgain = async (): Promise<boolean> => {
      await Promise.allSettled([reading]);
      return this.#begin(id, thing);
    };
    thing.readingNext = readAgain();
    return thing.readingNext;
  }

  #begin(id: string, thing: Thing): Promise<boolean> {
    thing.readingNext = undefined;
    const reading = this.#show(id, thing).finally(() => {
      if (thing.reading === reading) thing.reading = undefined;
    });
    thing.reading = reading;
    return reading;
  }

  async #show(id: string, thing: Thing): Promise<boolean> {
    const state = await this.#source.read(id);
    const message: Message | undefined = state && messageOf(state);
    for (const stream of thing.streams) {
      if (message === undefined) stream.end();
      else stream.show(message);
    }
    return message !== undefined;
  }
}
