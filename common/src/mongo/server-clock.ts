/** Older readings are replaced even by one that took longer. */
const maxAgeMs = 10_000;

interface Reading {
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

  /** Runs a request whose response carries the server's time, and takes a reading from it. */
  async read<Response>(request: () => Promise<Response>, timeOf: (response: Response) => unknown): Promise<Response> {
    const sentAt = this.#monotonic();
    const response = await request();
    const receivedAt = this.#monotonic();
    const time = timeOf(response);
    if (time instanceof Date) {
      this.#take({ offset: time.getTime() - (sentAt + receivedAt) / 2, tripMs: receivedAt - sentAt, at: receivedAt });
    }
    return response;
  }

  /** The shorter the round trip, the more exact the reading: it is wrong by half of it at most. */
  #take(reading: Reading): void {
    const known = this.#reading;
    if (known === undefined || reading.tripMs <= known.tripMs || reading.at - known.at > maxAgeMs) {
      this.#reading = reading;
    }
  }
}
