/** What a backing server is started with. */
export interface ServerOptions {
  /** Its place among the members of its cluster, from 0; 0 without a cluster. */
  readonly member: number;
  /** Where it listens for clients. */
  readonly port: number;
  /** Where it listens for the other members, if not at `port`. */
  readonly clusterPort: number;
  /** Where NATS reports its health. */
  readonly monitorPort: number;
  /** Where it reaches each member, itself included; a single one without a cluster. */
  readonly memberPorts: readonly number[];
  /** Whether proxies stand between the members, which then say who they are when they connect. */
  readonly isProxied: boolean;
  /** Where its data is stored; it exists. */
  readonly directory: string;
  /** The version of the program. */
  readonly version: string;
}
