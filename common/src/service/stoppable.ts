/** A worker or a connection that ends when its service stops, before the database is closed. */
export interface Stoppable {
  stop(): Promise<void>;
}
