import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { NotFoundError, ServiceUnavailableError, TooManyRequestsError } from '../../errors/index.ts';
import { networkOf } from '../limits/network-of.ts';
import type { SessionGuard } from '../sessions/session-cookie.ts';
import { LiveStream, messageOf, type Message } from './live-stream.ts';

/** Bounds of one process. */
export interface LiveBounds {
  readonly maxStreams: number;
  /** Of one account, or of one address where there is none; undefined without a limit. */
  readonly maxPerReader: number | undefined;
  /** After this time a stream ends and is opened again: its reader may no longer be allowed to read it. */
  readonly maxAgeMs: number;
}

interface Options extends LiveBounds {
  readonly sessions: Pick<SessionGuard, 'isEnded'>;
  readonly logger: Logger;
  /** This process's own clock, in milliseconds. */
  readonly now: () => number;
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

  of(source: LiveSource): LiveStates {
    const things = new LiveThings(source, (req, res) => this.#take(req, res), this.#options.logger);
    this.#kinds.push(things);
    return things;
  }

  /** Called every second. */
  tick(): void {
    const now = this.#options.now();
    for (const stream of this.#streams) {
      if (stream.user !== undefined && this.#options.sessions.isEnded(stream.user)) stream.end();
      else stream.tick(now);
    }
    for (const things of this.#kinds) things.retry();
  }

  endAll(): void {
    for (const stream of this.#streams) stream.end();
  }

  #take(req: Request, res: Response): LiveStream {
    const { maxStreams, maxPerReader, maxAgeMs } = this.#options;
    if (this.#streams.size >= maxStreams) throw new ServiceUnavailableError();
    const reader = req.currentUser?.id ?? networkOf(req.clientAddress);
    const count = this.#perReader.get(reader) ?? 0;
    if (maxPerReader !== undefined && count >= maxPerReader)
      throw new TooManyRequestsError(retryAfterSeconds, 'streams');
    this.#perReader.set(reader, count + 1);
    const now = this.#options.now();
    const stream = new LiveStream(res, { now, endsAt: now + maxAgeMs, user: req.currentUser });
    this.#streams.add(stream);
    res.once('close', () => {
      this.#streams.delete(stream);
      const left = (this.#perReader.get(reader) ?? 1) - 1;
      if (left === 0) this.#perReader.delete(reader);
      else this.#perReader.set(reader, left);
    });
    return stream;
  }
}

class LiveThings implements LiveStates {
  readonly #source: LiveSource;
  readonly #take: (req: Request, res: Response) => LiveStream;
  readonly #logger: Logger;
  readonly #things = new Map<string, Thing>();
  /** Ids of things that are to be read again. */
  readonly #stale = new Set<string>();
  /** Those whose read has failed; tried again every second. */
  readonly #failed = new Set<string>();
  #lanes = 0;

  constructor(source: LiveSource, take: (req: Request, res: Response) => LiveStream, logger: Logger) {
    this.#source = source;
    this.#take = take;
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    return this.#things.size === 0;
  }

  async open(req: Request, res: Response, id: string): Promise<void> {
    const stream = this.#take(req, res);
    // Before it is read, so that no change falls in between.
    const thing = this.#things.get(id) ?? { streams: new Set(), reading: undefined, readingNext: undefined };
    this.#things.set(id, thing);
    thing.streams.add(stream);
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
