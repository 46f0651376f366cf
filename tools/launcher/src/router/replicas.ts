import { Pool } from 'undici';
import { codeOf } from '../error-code.ts';

const missesAllowed = 3;

const refusals = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Whether a request failed before anything of it was sent. */
export const isRefusal = (error: unknown): boolean => refusals.has(codeOf(error) ?? '');

/** One running copy of a service, as the router sees it. */
export class Replica {
  readonly url: string;
  readonly pool: Pool;
  /** Apart from `pool`, so that a probe never queues behind requests. */
  readonly #probes: Pool;
  readonly #probeEveryMs: number;
  #ready = false;
  #missed = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(url: string, probeEveryMs: number) {
    this.url = url;
    this.#probeEveryMs = probeEveryMs;
    this.pool = new Pool(url, { connections: 256, pipelining: 1, headersTimeout: 65_000, bodyTimeout: 65_000 });
    this.#probes = new Pool(url, { connections: 1, pipelining: 1, headersTimeout: 2_000, bodyTimeout: 2_000 });
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** It refused a connection: not ready until a probe says otherwise. */
  refused(): void {
    this.#ready = false;
  }

  watch(): void {
    void this.#probe();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.pool.destroy(), this.#probes.destroy()]);
  }

  async #probe(): Promise<void> {
    try {
      const { statusCode, body } = await this.#probes.request({ path: '/readyz', method: 'GET' });
      await body.dump();
      this.#missed = 0;
      this.#ready = statusCode === 200;
    } catch (error) {
      // A machine that is busy answers late; only a process that is gone refuses.
      this.#missed += isRefusal(error) ? missesAllowed : 1;
      if (this.#missed >= missesAllowed) this.#ready = false;
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#probe(), this.#probeEveryMs);
  }
}

/** The replicas of one service, taken in turn. */
export class ReplicaSet<Member extends { readonly isReady: boolean } = Replica> {
  readonly members: readonly Member[];
  #turn = 0;

  constructor(members: readonly Member[]) {
    this.members = members;
  }

  /** The next one that is ready and has not been tried; undefined when there is none. */
  next(tried: ReadonlySet<Member>): Member | undefined {
    for (let step = 0; step < this.members.length; step += 1) {
      this.#turn = (this.#turn + 1) % this.members.length;
      const member = this.members[this.#turn];
      if (member !== undefined && member.isReady && !tried.has(member)) return member;
    }
    return undefined;
  }
}
