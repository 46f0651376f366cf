import { BSON, type Document } from 'mongodb';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire to MongoDB that can be listened in on: what really was asked of the server, whoever asked. */
export interface MongoWire {
  /** The same database, through the wire. */
  readonly url: string;
  /** Reads and writes that were sent to this database, oldest first; each is the command as the server got it. */
  readonly commands: () => readonly Document[];
  close(): Promise<void>;
}

const opMsg = 2013;
const headerBytes = 16;
const reads = ['find', 'aggregate', 'count', 'distinct'] as const;
const writes = ['insert', 'update', 'delete', 'findAndModify'] as const;

/** The command in a message of MongoDB's wire protocol: the section of kind 0 of an OP_MSG. */
const commandOf = (message: Buffer): Document | undefined => {
  if (message.readInt32LE(12) !== opMsg) return undefined;
  let offset = headerBytes + 4;
  while (offset < message.length) {
    const kind = message.readUInt8(offset);
    const size = message.readInt32LE(offset + 1);
    if (kind === 0) return BSON.deserialize(message.subarray(offset + 1, offset + 1 + size));
    offset += 1 + size;
  }
  return undefined;
};

/** `url` is of one server, which is talked to directly whatever its replica set says. */
export const openMongoWire = async (url: string): Promise<MongoWire> => {
  const target = new URL(url);
  const database = target.pathname.slice(1);
  const commands: Document[] = [];
  const sockets = new Set<Socket>();

  const listenTo = (client: Socket) => {
    let rest = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= headerBytes && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0);
        const command = commandOf(rest.subarray(0, length));
        rest = rest.subarray(length);
        const isDataCommand = command !== undefined && [...reads, ...writes].some((name) => name in command);
        if (isDataCommand && command.$db === database) commands.push(command);
      }
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
    listenTo(client);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const through = new URL(url);
  through.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  through.searchParams.delete('replicaSet');
  through.searchParams.set('directConnection', 'true');

  return {
    url: through.href,
    commands: () => commands,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
};

/** Commands that ask for less than a majority: writes that a killed server may forget, reads of what it may forget. */
export const notByMajority = (commands: readonly Document[]): Document[] =>
  commands.filter((command) =>
    writes.some((name) => name in command)
      ? command.writeConcern?.w !== 'majority'
      : command.readConcern?.level !== 'majority',
  );
