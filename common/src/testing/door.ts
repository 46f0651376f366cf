import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that a test can shut: whoever comes through it then finds the server away. */
export interface Door {
  /** The server's URL, through the door. */
  readonly url: string;
  open(): void;
  /** Cuts every connection, and each new one at once. */
  shut(): void;
  close(): Promise<void>;
}

/** Passes bytes on to the server that `url` names, from the start or once it is opened. */
export const openDoor = async (url: string, options: { readonly shut?: boolean } = {}): Promise<Door> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isShut = options.shut ?? false;
  const server = createServer((inside) => {
    if (isShut) {
      inside.destroy();
      return;
    }
    const outside = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
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
  if (typeof address !== 'object' || address === null) throw new Error('the door has no address');
  const through = new URL(url);
  through.host = `127.0.0.1:${address.port}`;
  const shut = (): void => {
    isShut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: through.href,
    open: () => {
      isShut = false;
    },
    shut,
    close: async () => {
      shut();
      server.close();
      await once(server, 'close');
    },
  };
};
