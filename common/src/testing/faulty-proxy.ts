import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { PassThrough, type Duplex } from 'node:stream';

/** A TCP proxy in front of a server that a test can cut: clients behind it then find the server unreachable. */
export interface FaultyProxy {
  /** The server's URL with the proxy's address. */
  readonly url: string;
  restore(): void;
  /** Ends every connection, and each new one at once, until `restore`. */
  cut(): void;
  close(): Promise<void>;
}

interface Options {
  readonly cut?: boolean;
  /** Passes on what a client sends, and may lose some of it; one for each connection. */
  readonly toServer?: () => Duplex;
}

/** Forwards bytes to the server of `url`; with `cut`, not before `restore` is called. */
export const openFaultyProxy = async (url: string, options: Options = {}): Promise<FaultyProxy> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = options.cut ?? false;
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    client.pipe(options.toServer?.() ?? new PassThrough()).pipe(upstream);
    upstream.pipe(client);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no address');
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${address.port}`;
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: proxied.href,
    restore: () => {
      isCut = false;
    },
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
