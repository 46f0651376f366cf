import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What becomes of the bytes between two parties: `open` forwards them, `slow` after a delay; `silent` keeps them until it is
 * open again, as a network that drops packets does while TCP repeats them; `one-way` keeps those of the responses only; `cut` ends
 * the connections and refuses new ones.
 */
export type LinkState = 'open' | 'slow' | 'silent' | 'one-way' | 'cut';

const slowMs = 200;

/** Who opens a connection and does not say its name. */
export const unknown = 'unknown';

/** Returns the party that has opened a connection, from the first bytes that it sends; undefined while they are too few. */
export type Identify = (firstBytes: Buffer) => string | undefined;

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  /** Undefined until the client is known; until then the link is open. */
  link: string | undefined;
  /** What waits to be written to each of the two, in its order, each with the time from which on it may be. */
  readonly waiting: ReadonlyMap<Socket, { readonly at: number; readonly chunk: Buffer }[]>;
}

/** Whatever a client sends, the run goes on: its servers and mounts outlive a process that ends by an exception. */
const nameIn = (firstBytes: Buffer, identify: Identify): string | undefined => {
  try {
    return identify(firstBytes);
  } catch {
    return unknown;
  }
};

const linkOf = (from: string, to: string): string => `${from} → ${to}`;

/** TCP proxies between parties, whose links can be disturbed one by one. */
export class Links {
  readonly #proxies: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #states = new Map<string, LinkState>();
  readonly #connections = new Set<Connection>();

  /** Opens a proxy from a party, or several, to one that listens on `port` of the loopback interface; returns the proxy's port. */
  async open(to: string, port: number, from: string | Identify): Promise<number> {
    const proxy = createServer((client) => this.#accept(client, { to, port, from }));
    this.#proxies.push(proxy);
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    if (typeof address !== 'object' || address === null) throw new Error('the proxy has no address');
    return address.port;
  }

  /** Sets the state of a link, for the connections there are and those that come; returns how many there are. */
  set(from: string, to: string, state: LinkState): number {
    const link = linkOf(from, to);
    this.#states.set(link, state);
    const connections = [...this.#connections].filter((connection) => connection.link === link);
    for (const connection of connections) this.#apply(connection);
    return connections.length;
  }

  async close(): Promise<void> {
    const closed = this.#proxies.map((proxy) => once(proxy.close(), 'close'));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #accept(
    client: Socket,
    { to, port, from }: { readonly to: string; readonly port: number; readonly from: string | Identify },
  ): void {
    const server = connect(port, '127.0.0.1');
    const connection: Connection = {
      client,
      server,
      link: typeof from === 'string' ? linkOf(from, to) : undefined,
      waiting: new Map([
        [client, []],
        [server, []],
      ]),
    };
    this.#connections.add(connection);
    let first = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      if (connection.link === undefined && typeof from !== 'string') {
        first = Buffer.concat([first, chunk]);
        const name = nameIn(first, from);
        if (name !== undefined) {
          connection.link = linkOf(name, to);
          this.#apply(connection);
          if (this.#isKept(connection, client)) {
            client.unshift(chunk);
            return;
          }
        }
      }
      this.#forward(connection, chunk, server);
    });
    server.on('data', (chunk: Buffer) => this.#forward(connection, chunk, client));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // A silent link keeps the end of a connection too.
        if (!this.#isKept(connection, socket)) other.destroy();
        if (other.destroyed) this.#connections.delete(connection);
      });
    }
    this.#apply(connection);
  }

  #stateOf({ link }: Connection): LinkState {
    return link === undefined ? 'open' : (this.#states.get(link) ?? 'open');
  }

  /** Whether what this socket sends is kept. */
  #isKept(connection: Connection, from: Socket): boolean {
    const state = this.#stateOf(connection);
    return state === 'silent' || (state === 'one-way' && from === connection.server);
  }

  #forward(connection: Connection, chunk: Buffer, to: Socket): void {
    const waiting = connection.waiting.get(to) ?? [];
    waiting.push({ at: performance.now() + (this.#stateOf(connection) === 'slow' ? slowMs : 0), chunk });
    // Otherwise a timer is set already.
    if (waiting.length === 1) this.#writeDue(connection, to);
  }

  #writeDue(connection: Connection, to: Socket): void {
    const waiting = connection.waiting.get(to) ?? [];
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const leftMs = next.at - performance.now();
      if (leftMs > 0) {
        setTimeout(() => this.#writeDue(connection, to), leftMs);
        return;
      }
      waiting.shift();
      this.#write(connection, to, next.chunk);
    }
  }

  #write(connection: Connection, to: Socket, chunk: Buffer): void {
    if (to.destroyed || to.write(chunk)) return;
    const from = to === connection.server ? connection.client : connection.server;
    from.pause();
    to.once('drain', () => {
      if (!this.#isKept(connection, from)) from.resume();
    });
  }

  #apply(connection: Connection): void {
    const { client, server } = connection;
    for (const socket of [client, server]) {
      if (this.#isKept(connection, socket)) socket.pause();
      else socket.resume();
    }
    const hasEnded = client.destroyed || server.destroyed;
    if (this.#stateOf(connection) !== 'cut' && (!hasEnded || this.#isKept(connection, client))) return;
    client.destroy();
    server.destroy();
  }
}
