import { connect, type Stan } from 'node-nats-streaming';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsServers } from '../nats-servers.ts';

const publishTimeoutMs = 3_000;
/** For every request except a publication. */
const requestTimeoutMs = 2_000;
const connectTimeoutMs = 5_000;
const pingEveryMs = 1_000;

/** One connection to the server, until it is lost. */
export interface Link {
  readonly stan: Stan;
  readonly lost: Promise<void>;
  isLost(): boolean;
  publish(channel: string, body: string): Promise<void>;
  close(): Promise<void>;
}

export const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** @throws when the server does not respond in time. */
export const openLink = async (options: {
  readonly url: string;
  readonly credentials: Omit<NatsServers, 'servers'>;
  readonly clusterId: string;
  readonly clientId: string;
  readonly signal: AbortSignal;
}): Promise<Link> => {
  const stan = connect(options.clusterId, options.clientId, {
    ...options.credentials,
    url: options.url,
    // After the library's own reconnection the fate of pending operations is unknown: a new connection is opened instead.
    reconnect: false,
    connectTimeout: requestTimeoutMs,
    ackTimeout: publishTimeoutMs,
    maxPubAcksInflight: Number.MAX_SAFE_INTEGER,
    stanPingInterval: pingEveryMs,
    stanMaxPingOut: 2,
  });
  let lost = false;
  const whenLost = new Promise<void>((resolve) => {
    const onLost = () => {
      lost = true;
      resolve();
    };
    // 'disconnect' comes first; the library then resolves pending publications as if they had succeeded.
    for (const event of ['disconnect', 'connection_lost', 'error', 'close']) stan.on(event, onLost);
  });
  const abandon = () => {
    try {
      stan.close();
    } catch {
      // Already closed.
    }
  };
  const connected = await Promise.race([
    once(stan, 'connect', { signal: options.signal }).then(
      () => true,
      (error: unknown) => toError(error),
    ),
    whenLost.then(() => new Error('the connection was lost')),
    delay(connectTimeoutMs, undefined, { ref: false }).then(() => new Error('the server does not respond')),
  ]);
  if (connected !== true) {
    abandon();
    throw connected;
  }
  return {
    stan,
    lost: whenLost,
    isLost: () => lost,
    publish: (channel, body) =>
      new Promise((resolve, reject) => {
        if (lost) {
          reject(new Error('NATS Streaming is not connected'));
          return;
        }
        stan.publish(channel, body, (error) => {
          if (error === undefined && !lost) resolve();
          else reject(toError(error ?? 'the connection was lost'));
        });
      }),
    close: async () => {
      if (lost) return;
      abandon();
      // The server confirms the close after it has received everything written before, acks above all.
      await Promise.race([whenLost, delay(1_000, undefined, { ref: false })]);
    },
  };
};
