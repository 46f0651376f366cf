import { Pool } from 'undici';
import { codeOf } from '../error-code.ts';
import { required } from '../required.ts';

/** Probes that may time out in a row before a replica counts as not ready. */
const maxMisses = 3;

const refusals = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Whether a request failed before any of it was sent. */
export const isRefusal = (error: unknown): boolean => refusals.has(codeOf(error) ?? '');

/** One process of a service, with its readiness. */
export class Replica {
  readonly url: string;
  readonly pool: Pool;
  /** For responses that stay open, as many as the service allows: they keep no other request waiting. */
  readonly streams: Pool;
  /** Separate from `pool`, so that a probe never queues behind requests. */
  readonly #probes: Pool;
  readonly #probeEveryMs: number;
  #ready = false;
  #missed = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(url: string, probeEveryMs: number) {
    this.url = url;
    this.#probeEveryMs = probeEveryMs;
    const timeouts = { headersTimeout: 65_000, bodyTimeout: 65_000 };
    this.pool = new Pool(url, { connections: 256, pipelining: 1, ...timeouts });
    this.streams = new Pool(url, { connections: null, pipelining: 1, ...timeouts });
    this.#probes = new Pool(url, { connections: 1, pipelining: 1, headersTimeout: 2_000, bodyTimeout: 2_000 });
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** Takes it out of use until a probe succeeds. */
  markNotReady(): void {
    this.#ready = false;
  }

  watch(): void {
    void this.#probe();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.pool.destroy(), this.streams.destroy(), this.#probes.destroy()]);
  }

  async #probe(): Promise<void> {
    try {
      const { statusCode, body } = await this.#probes.request({ path: '/readyz', method: 'GET' });
      await body.dump();
      this.#missed = 0;
      this.#ready = statusCode === 200;
    } catch (error) {
      // A busy process responds late; only one that is not running refuses the connection.
      this.#missed += isRefusal(error) ? maxMisses : 1;
      if (this.#missed >= maxMisses) this.#ready = false;
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#probe(), this.#probeEveryMs);
  }
}

/** The replicas of one service, used in turn. */
export class ReplicaSet<Item extends { readonly isReady: boolean } = Replica> {
  readonly replicas: readonly Item[];
  #turn = 0;

  constructor(replicas: readonly Item[]) {
    this.replicas = replicas;
  }

  /** The next replica that is ready and not in `tried`. */
  next(tried: ReadonlySet<Item>): Item | undefined {
    for (let step = 0; step < this.replicas.length; step += 1) {
      this.#turn = (this.#turn + 1) % this.replicas.length;
      const replica = required(this.replicas[this.#turn], 'replica');
      if (replica.isReady && !tried.has(replica)) return replica;
    }
    return undefined;
  }
}
