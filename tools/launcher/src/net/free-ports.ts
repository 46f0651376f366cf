import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { required } from '../required.ts';

/**
 * Below the range that Linux uses for outgoing connections (32768 and up), so that none of them takes the port of a
 * process while it restarts.
 */
const lowest = 20_000;
const highest = 32_000;

const listen = async (port: number): Promise<Server | undefined> => {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
};

/** Returns `count` different ports of the loopback interface that nothing listens on, and none of `reserved`. */
export const freePorts = async (count: number, reserved: readonly number[] = []): Promise<number[]> => {
  const held = new Map<number, Server>();
  try {
    while (held.size < count) {
      const port = lowest + Math.floor(Math.random() * (highest - lowest));
      const server = held.has(port) || reserved.includes(port) ? undefined : await listen(port);
      if (server !== undefined) held.set(port, server);
    }
    return [...held.keys()];
  } finally {
    await Promise.all([...held.values()].map((server) => once(server.close(), 'close')));
  }
};

export const freePort = async (): Promise<number> => required((await freePorts(1))[0], 'free port');
