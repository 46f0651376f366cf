import { connect as connectToNats, headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';
import { natsServers } from '@ticketing/common/messaging';
import { Redis } from 'ioredis';
import { MongoClient, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { connect } from 'node:net';
import type { z } from 'zod';
import type { attempts, Outcome } from './attempt.ts';

type Attempt = z.output<typeof attempts>[number];
type Of<Kind extends Attempt['kind']> = Extract<Attempt, { kind: Kind }>;
type Result = Omit<Outcome, 'name'>;
type Env = Readonly<Record<string, string | undefined>>;

const timeoutMs = 5_000;
/** MongoDB's codes for credentials that are not valid, and for what they do not permit. */
const mongoRefusals: ReadonlySet<unknown> = new Set([18, 13]);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whatever JetStream responds, an error included, NATS has let through. */
const refusedByNats = (error: unknown): Result => ({
  result: textOf(error).includes('Permissions Violation') ? 'refused' : 'failed',
  detail: textOf(error),
});

const request = async (nats: NatsConnection, { subject, body, headers }: Of<'request'>): Promise<Result> => {
  const sent = newHeaders();
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  try {
    const response = await nats.request(subject, body, { timeout: timeoutMs, headers: sent });
    return { result: 'permitted', detail: response.string() };
  } catch (error) {
    return refusedByNats(error);
  }
};

const subscribe = async (nats: NatsConnection, { subject }: Of<'subscribe'>): Promise<Result> => {
  const errors: unknown[] = [];
  const subscription = nats.subscribe(subject, {
    callback: (error) => {
      if (error !== null) errors.push(error);
    },
  });
  // The server responds in order: whatever it says about the subscription is here before this ends.
  await nats.flush();
  if (errors.length > 0) return refusedByNats(errors[0]);
  subscription.unsubscribe();
  return { result: 'permitted', detail: '' };
};

const urlOf = (text: string, { host, database, isEncrypted }: Of<'read' | 'write'>): string => {
  const url = new URL(text);
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  if (!isEncrypted) url.searchParams.delete('tls');
  if (host !== undefined) url.host = host;
  // At another host these are another service's: a user exists in the database that the address names.
  if (host !== undefined && database !== undefined) url.pathname = `/${database}`;
  return url.href;
};

const useDatabase = async (env: Env, attempt: Of<'read' | 'write'>): Promise<Result> => {
  const client = new MongoClient(urlOf(env[attempt.variable] ?? '', attempt), {
    serverSelectionTimeoutMS: timeoutMs,
    retryWrites: false,
  });
  try {
    // No collection has this name, and no document this id.
    const collection = client.db(attempt.database).collection<{ _id: string }>('isolation');
    await (attempt.kind === 'read' ? collection.findOne({}) : collection.deleteOne({ _id: 'none' }));
    return { result: 'permitted', detail: '' };
  } catch (error) {
    if (error instanceof MongoServerSelectionError) return { result: 'unreachable', detail: textOf(error) };
    const isRefused = error instanceof MongoServerError && mongoRefusals.has(error.code);
    return { result: isRefused ? 'refused' : 'failed', detail: textOf(error) };
  } finally {
    await client.close();
  }
};

const useRedis = async (env: Env): Promise<Result> => {
  const redis = new Redis(env['REDIS_URL'] ?? '', {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  const errors: unknown[] = [];
  redis.on('error', (error) => errors.push(error));
  try {
    await redis.connect();
    await redis.ping();
    return { result: 'permitted', detail: '' };
  } catch (error) {
    const detail = [...errors, error].map(textOf).join('; ');
    return { result: /NOAUTH|WRONGPASS/.test(detail) ? 'refused' : 'unreachable', detail };
  } finally {
    redis.disconnect();
  }
};

const connectTo = ({ host, port, send, response }: Of<'connect'>): Promise<Result> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (result: Outcome['result'], detail: string) => {
      socket.destroy();
      resolve({ result, detail });
    };
    let received = '';
    socket.setEncoding('latin1');
    socket.once('connect', () => (send === undefined ? end('permitted', '') : socket.write(send)));
    socket.on('data', (text) => {
      received += String(text);
      if (received.includes(response)) end('permitted', received);
    });
    socket.once('close', () => end('refused', received));
    socket.once('timeout', () => end('unreachable', 'no response'));
    socket.once('error', (error) =>
      end(error.message.includes('ECONNREFUSED') ? 'refused' : 'unreachable', textOf(error)),
    );
  });

/** Makes every attempt with the credentials in `env`. */
export const makeAttempts = async (env: Env, all: readonly Attempt[]): Promise<Outcome[]> => {
  const nats = await connectToNats({ ...natsServers(env['NATS_URL'] ?? ''), timeout: timeoutMs });
  try {
    const make = (attempt: Attempt): Promise<Result> => {
      switch (attempt.kind) {
        case 'request':
          return request(nats, attempt);
        case 'subscribe':
          return subscribe(nats, attempt);
        case 'cache':
          return useRedis(env);
        case 'connect':
          return connectTo(attempt);
        case 'read':
        case 'write':
          return useDatabase(env, attempt);
      }
    };
    const made: Outcome[] = [];
    for (const attempt of all) made.push({ name: attempt.name, ...(await make(attempt)) });
    return made;
  } finally {
    await nats.close();
  }
};
