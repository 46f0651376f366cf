import { MongoClient, type Db } from 'mongodb';
import type { ServiceName } from './records.ts';

/** The five databases, opened for reading only what a majority has. */
export interface Databases {
  readonly of: Readonly<Record<ServiceName, Db>>;
  close(): Promise<void>;
}

const selectionTimeoutMs = 4_000;
const answerTimeoutMs = 20_000;
const shape = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(\?.*)?$/;

const taken = (url: string): { readonly server: string; readonly database: string; readonly options: string } => {
  const found = shape.exec(url);
  if (found === null) throw new Error('an address of MongoDB must begin with mongodb:// and name a server');
  const [, server = '', database = '', options = ''] = found;
  return { server, database, options };
};

/** Databases on one server share a connection, unless each has an account of its own. */
export const openDatabases = (urls: Readonly<Record<ServiceName, string>>, appName: string): Databases => {
  const clients = new Map<string, MongoClient>();
  const open = (url: string): Db => {
    const { server, database, options } = taken(url);
    const key = server.includes('@') && !options.includes('authSource=') ? url : `${server}${options}`;
    const client =
      clients.get(key) ??
      new MongoClient(url, {
        appName,
        readConcern: { level: 'majority' },
        writeConcern: { w: 'majority' },
        serverSelectionTimeoutMS: selectionTimeoutMs,
        connectTimeoutMS: selectionTimeoutMs,
        // A server that is frozen closes no connection.
        socketTimeoutMS: answerTimeoutMs,
        maxPoolSize: 6,
      });
    clients.set(key, client);
    return client.db(database === '' ? undefined : database);
  };
  return {
    of: {
      auth: open(urls.auth),
      tickets: open(urls.tickets),
      orders: open(urls.orders),
      expiration: open(urls.expiration),
      payments: open(urls.payments),
    },
    close: async () => {
      await Promise.allSettled([...clients.values()].map((client) => client.close()));
    },
  };
};
