import { MongoClient, type Db } from 'mongodb';
import { perService, type ServiceName } from './services.ts';

/** The databases of the services, with read concern `majority`. */
export interface Databases {
  readonly of: Readonly<Record<ServiceName, Db>>;
  close(): Promise<void>;
}

const selectionTimeoutMs = 4_000;
const socketTimeoutMs = 20_000;
const urlShape = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(\?.*)?$/;

/** By regular expression: URL does not parse an address with several hosts. */
const splitUrl = (url: string): { readonly server: string; readonly database: string; readonly options: string } => {
  const match = urlShape.exec(url);
  if (match === null) throw new Error('a MongoDB address must begin with mongodb:// and name a host');
  const [, server = '', database = '', options = ''] = match;
  return { server, database, options };
};

/** Databases on one server share a connection, unless each has its own account. */
export const openDatabases = (urls: Readonly<Record<ServiceName, string>>, appName: string): Databases => {
  const clients = new Map<string, MongoClient>();
  const open = (url: string): Db => {
    const { server, database, options } = splitUrl(url);
    const key = server.includes('@') && !options.includes('authSource=') ? url : `${server}${options}`;
    const client =
      clients.get(key) ??
      new MongoClient(url, {
        appName,
        readConcern: { level: 'majority' },
        writeConcern: { w: 'majority' },
        serverSelectionTimeoutMS: selectionTimeoutMs,
        connectTimeoutMS: selectionTimeoutMs,
        // A suspended server keeps its connections open.
        socketTimeoutMS: socketTimeoutMs,
        maxPoolSize: 6,
      });
    clients.set(key, client);
    return client.db(database === '' ? undefined : database);
  };
  return {
    of: perService((service) => open(urls[service])),
    close: async () => {
      await Promise.allSettled([...clients.values()].map((client) => client.close()));
    },
  };
};
