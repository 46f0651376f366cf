/** A part with a life of its own: a sweep, a worker. Begun after the database is prepared, ended before it closes. */
export interface Worker {
  stop(): Promise<void>;
}
