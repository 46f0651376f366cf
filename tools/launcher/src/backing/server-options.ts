/** What a backing server is started with. */
export interface ServerOptions {
  readonly port: number;
  /** Where its data is stored; it exists. */
  readonly directory: string;
  /** The version of the program. */
  readonly version: string;
}
