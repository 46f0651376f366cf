import { BSON } from 'mongodb';
import { z } from 'zod';
import { unknown, type Identify } from './links.ts';

// The first message of a connection to MongoDB has a header of four numbers: its length, two ids, and what kind it is. See
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ and …/manual/legacy-opcodes/.
const headerBytes = 16;
const kindAt = 12;
const opQuery = 2004;
const opMessage = 2013;

/** Services have a second client that measures how MongoDB responds. */
const monitoring = /-monitor$/;

const helloShape = z.object({
  /** The machine and port of a mongod that runs with enableTestCommands. */
  hostInfo: z.string().optional(),
  client: z.object({ application: z.object({ name: z.string() }).optional() }).optional(),
});

const helloIn = (message: Buffer): Buffer | undefined => {
  const kind = message.readInt32LE(kindAt);
  // After the flags of the message and the kind of its first section.
  if (kind === opMessage) return message.subarray(headerBytes + 4 + 1);
  // After the flags, the name of the collection with its zero byte, and how many documents to skip and to return.
  if (kind === opQuery) return message.subarray(message.indexOf(0, headerBytes + 4) + 1 + 8);
  return undefined;
};

/** Names who has connected to MongoDB: a member by its port, a client by the name of its application. */
export const identifyMongoClient =
  (memberAt: (port: number) => string | undefined): Identify =>
  (bytes) => {
    if (bytes.length < headerBytes || bytes.length < bytes.readInt32LE(0)) return undefined;
    const hello = helloIn(bytes);
    if (hello === undefined) return unknown;
    const { hostInfo, client } = helloShape.parse(BSON.deserialize(hello.subarray(0, hello.readInt32LE(0))));
    const port = /:(\d+)$/.exec(hostInfo ?? '')?.[1];
    return memberAt(Number(port)) ?? client?.application?.name.replace(monitoring, '') ?? unknown;
  };

const connectShape = z.object({ name: z.string().optional() });

/** Names who has connected to NATS, by the name in its CONNECT: https://docs.nats.io/reference/reference-protocols/nats-protocol. */
export const identifyNatsClient: Identify = (bytes) => {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n');
  if (end < 0) return undefined;
  const options = /^CONNECT\s+(\{.*\})\s*$/.exec(text.slice(0, end))?.[1];
  return options === undefined ? unknown : (connectShape.parse(JSON.parse(options)).name ?? unknown);
};
