import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, JetStreamApiError } from '@nats-io/jetstream';
import { connect, headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';
import { natsServers } from '@ticketing/common/messaging';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** The stream of all events. */
const stream = 'TICKETING';
const maxInFlight = 256;

const line = z.object({
  subject: z.string(),
  headers: z.record(z.string(), z.array(z.string())),
  data: z.string(),
});
const configuration = z.looseObject({ name: z.string(), subjects: z.array(z.string()) });

const withConnection = async <T>(url: string, use: (connection: NatsConnection) => Promise<T>): Promise<T> => {
  const connection = await connect(natsServers(url));
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
};

/** The number of messages in the stream; undefined when the stream does not exist. */
export const messagesInStream = (url: string): Promise<number | undefined> =>
  withConnection(url, async (connection) => {
    const manager = await jetstreamManager(connection);
    try {
      return (await manager.streams.info(stream)).state.messages;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.status === 404) return undefined;
      throw error;
    }
  });

/**
 * Writes every message of the stream to `stream.jsonl`, and its configuration to `stream.json`.
 * @returns The number of messages.
 */
export const dumpStream = (url: string, directory: string): Promise<number> =>
  withConnection(url, async (connection) => {
    const manager = await jetstreamManager(connection);
    const { config, state } = await manager.streams.info(stream);
    await writeFile(join(directory, 'stream.json'), `${JSON.stringify(config, null, 2)}\n`);
    let count = 0;
    const messages = async function* () {
      if (state.messages === 0) return;
      const { name } = await manager.consumers.add(stream, {
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.All,
        inactive_threshold: 60_000_000_000,
        mem_storage: true,
      });
      const consumer = await jetstream(connection).consumers.get(stream, name);
      for await (const message of await consumer.consume()) {
        count += 1;
        const found = Object.fromEntries(
          (message.headers?.keys() ?? []).map((key) => [key, message.headers?.values(key) ?? []]),
        );
        const data = Buffer.from(message.data).toString('base64');
        yield `${JSON.stringify({ subject: message.subject, headers: found, data })}\n`;
        if (message.seq >= state.last_seq) break;
      }
      await consumer.delete();
    };
    await pipeline(Readable.from(messages()), createWriteStream(join(directory, 'stream.jsonl')));
    return count;
  });

/**
 * Publishes the messages that `dumpStream` has written, in order, to an empty stream, which is created if necessary.
 * @returns The number of messages.
 */
export const loadStream = (url: string, directory: string): Promise<number> =>
  withConnection(url, async (connection) => {
    const manager = await jetstreamManager(connection);
    const config = configuration.parse(JSON.parse(await readFile(join(directory, 'stream.json'), 'utf8')));
    if ((await messagesInStream(url)) === undefined) await manager.streams.add(config);
    const client = jetstream(connection);
    let count = 0;
    let pending: Promise<unknown>[] = [];
    for await (const text of createInterface({ input: createReadStream(join(directory, 'stream.jsonl')) })) {
      const message = line.parse(JSON.parse(text));
      const headers = newHeaders();
      for (const [key, values] of Object.entries(message.headers))
        for (const value of values) headers.append(key, value);
      pending.push(client.publish(message.subject, Buffer.from(message.data, 'base64'), { headers }));
      count += 1;
      if (pending.length === maxInFlight) {
        await Promise.all(pending);
        pending = [];
      }
    }
    await Promise.all(pending);
    return count;
  });
