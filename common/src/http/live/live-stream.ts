import type { Response } from 'express';
import { createHash, randomInt } from 'node:crypto';
import type { CurrentUser } from '../context.ts';
import { neverCached } from '../never-cached.ts';
import { beginStreaming } from '../on-served.ts';

/** A state as one message of Server-Sent Events. All streams of a thing share it. */
export interface Message {
  /** A hash of the data: it never names two states, whichever replica has sent them. */
  readonly id: string;
  readonly frame: string;
}

/** The message with a state, which is an object as a route of GET would send it. */
export const messageOf = (state: object): Message => {
  const data = JSON.stringify(state);
  const id = createHash('sha256').update(data).digest('base64url').slice(0, 22);
  return { id, frame: `id: ${id}\ndata: ${data}\n\n` };
};

/**
 * How often a stream sends a comment, since proxies end connections that are silent: every 15 s at least, also when a tick
 * comes late.
 */
export const commentEveryMs = 14_000;
/** A browser that has lost many streams at once opens them again over this time. */
const retryMs = { min: 1_000, max: 5_000 };

// nginx would otherwise collect what it sends on.
const headers = { ...neverCached, 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' } as const;

/** The response to HEAD: what GET would begin with. */
export const sendHead = (res: Response): void => {
  res.writeHead(200, headers).end();
};

/**
 * An open response of Server-Sent Events. It holds back at most one message for a reader who reads slowly, the newest, and is cut
 * off from one who reads nothing.
 */
export class LiveStream {
  readonly user: CurrentUser | undefined;
  readonly #res: Response;
  readonly #endsAt: number;
  #nextCommentAt: number;
  #shownId: string | undefined;
  #heldBack: Message | undefined;
  #isLeaving = false;

  /** `now` and `endsAt` are in milliseconds by the process's clock. */
  constructor(
    res: Response,
    options: { readonly now: number; readonly endsAt: number; readonly user: CurrentUser | undefined },
  ) {
    this.#res = res;
    this.user = options.user;
    this.#endsAt = options.endsAt;
    // Not all at once, although many have been opened together.
    this.#nextCommentAt = options.now + randomInt(commentEveryMs / 2, commentEveryMs);
  }

  get isOpen(): boolean {
    return this.#res.headersSent && !this.#res.writableEnded && !this.#res.destroyed;
  }

  /** Sends the state, unless it is the one that was sent last. The first one opens the stream. */
  show(message: Message): void {
    if (this.#res.destroyed || this.#res.writableEnded) return;
    if (!this.#res.headersSent) this.#begin();
    if (this.#res.writableNeedDrain) {
      this.#heldBack = message;
      return;
    }
    if (message.id === this.#shownId) return;
    this.#shownId = message.id;
    this.#res.write(message.frame);
  }

  /** Ends the stream when its time has come, and sends a comment when one is due. */
  tick(now: number): void {
    if (now >= this.#endsAt) this.end();
    if (now < this.#nextCommentAt || !this.#res.headersSent) return;
    this.#nextCommentAt = now + commentEveryMs;
    // The reader has not read for as long as a comment takes to be due again, not even the end.
    if (this.#isLeaving || this.#res.writableNeedDrain) this.#res.destroy();
    else if (this.#res.writableEnded) this.#isLeaving = true;
    else this.#res.write(':\n\n');
  }

  /** The reader opens it again after a moment. */
  end(): void {
    if (!this.isOpen) return;
    this.#res.end(`retry: ${randomInt(retryMs.min, retryMs.max)}\n\n`);
  }

  #begin(): void {
    const res = this.#res;
    res.writeHead(200, headers);
    res.flushHeaders();
    beginStreaming(res);
    res.on('drain', () => {
      const message = this.#heldBack;
      this.#heldBack = undefined;
      if (message !== undefined) this.show(message);
    });
  }
}
