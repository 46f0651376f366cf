/** Older readings are replaced even by one that took longer. */
const maxAgeMs = 10_000;

/** The time in a response, and which server sent it. */
export interface ServerTime {
  readonly time: Date;
  readonly server: string;
}

interface Reading {
  readonly server: string;
  /** The server's time less this process's monotonic time, in milliseconds. */
  readonly offset: number;
  readonly tripMs: number;
  readonly at: number;
}

/**
 * The clock of the database server, read from its responses. All replicas of a service share a database, so with this clock
 * they agree on what time it is, whatever the clocks of their machines show. Between readings it runs with this process's
 * monotonic clock, which no change of the machine's clock moves.
 */
export class ServerClock {
  readonly #ownTime: () => number;
  readonly #monotonic: () => number;
  #reading: Reading | undefined;

  /** `ownTime` is used until the first reading; both in milliseconds. */
  constructor(ownTime: () => number, monotonic: () => number = () => performance.now()) {
    this.#ownTime = ownTime;
    this.#monotonic = monotonic;
  }

  now(): Date {
    return new Date(this.#reading === undefined ? this.#ownTime() : this.#monotonic() + this.#reading.offset);
  }

  /** Whether `now` returns the server's time. */
  isRead(): boolean {
    return this.#reading !== undefined;
  }

  /** Runs a request whose response carries the server's time, and takes a reading from it. */
  async read<Response>(
    request: () => Promise<Response>,
    timeOf: (response: Response) => ServerTime | undefined,
  ): Promise<Response> {
    const sentAt = this.#monotonic();
    const response = await request();
    const receivedAt = this.#monotonic();
    const known = timeOf(response);
    if (known !== undefined) {
      const offset = known.time.getTime() - (sentAt + receivedAt) / 2;
      this.#take({ server: known.server, offset, tripMs: receivedAt - sentAt, at: receivedAt });
    }
    return response;
  }

  /**
   * The shorter the round trip, the more exact the reading: it is wrong by half of it at most. A reading of another server
   * counts at once, since a failover has made its clock the one that all replicas share.
   */
  #take(reading: Reading): void {
    const known = this.#reading;
    const isBetter =
      known === undefined ||
      reading.server !== known.server ||
      reading.tripMs <= known.tripMs ||
      reading.at - known.at > maxAgeMs;
    if (isBetter) this.#reading = reading;
  }
}
