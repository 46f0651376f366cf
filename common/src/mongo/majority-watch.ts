import { Timestamp, type Document } from 'mongodb';

interface Unacknowledged {
  readonly write: Timestamp;
  readonly since: number;
}

const timestampOf = (position: unknown): Timestamp | undefined =>
  typeof position === 'object' && position !== null && 'ts' in position && position.ts instanceof Timestamp
    ? position.ts
    : undefined;

/** Whether a majority of the replica set acknowledges the primary's writes, by its responses to `hello`. */
export class MajorityWatch {
  readonly #timeoutMs: number;
  readonly #monotonic: () => number;
  #unacknowledged: Unacknowledged | undefined;

  constructor(timeoutMs: number, monotonic: () => number = () => performance.now()) {
    this.#timeoutMs = timeoutMs;
    this.#monotonic = monotonic;
  }

  /** False when a write seen in an earlier response has not been acknowledged within the time-out. */
  isAcknowledged(hello: Document): boolean {
    const written = timestampOf(hello.lastWrite?.opTime);
    const acknowledged = timestampOf(hello.lastWrite?.majorityOpTime);
    if (written === undefined || acknowledged === undefined) return true;
    if (this.#unacknowledged !== undefined && acknowledged.greaterThanOrEqual(this.#unacknowledged.write)) {
      this.#unacknowledged = undefined;
    }
    if (acknowledged.greaterThanOrEqual(written)) {
      // A write seen before may have been rolled back by a failover: its timestamp may be later than any to come.
      this.#unacknowledged = undefined;
      return true;
    }
    this.#unacknowledged ??= { write: written, since: this.#monotonic() };
    return this.#monotonic() - this.#unacknowledged.since < this.#timeoutMs;
  }
}
