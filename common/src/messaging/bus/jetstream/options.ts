import type { Logger } from 'pino';

/** In milliseconds. A pull request that the server has lost is noticed after two missed heartbeats. */
export const pullTimeouts = { expires: 5_000, idle_heartbeat: 1_000 } as const;

export interface JetStreamOptions {
  readonly url: string;
  readonly clientName: string;
  readonly logger: Logger;
  /** Replicas of the stream in a NATS cluster. */
  readonly replicas?: number;
  /** Set by tests only: a separate stream and subjects on a shared server. */
  readonly namespace?: string;
  /** Most bytes of the stream; `streamMaxBytes` without it. */
  readonly maxBytes?: number;
  /** Shortened by tests only: a message that is neither acked nor marked as in progress for this long is redelivered. */
  readonly ackWaitMs?: number;
}
