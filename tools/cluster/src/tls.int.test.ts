import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTransport } from '@ticketing/common/messaging';
import { eventually, openServerProcess, requireProgram, type ServerProcess } from '@ticketing/common/testing';
import { createLogger } from '@ticketing/common/service';
import { services } from '@ticketing/launcher/topology';
import { root } from '@ticketing/launcher/paths';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeCertificates, withTls } from '../make-certificates.mjs';
import { makeSecrets } from '../make-secrets.mjs';

// Real servers with the settings and certificates of the component tls.

const certificates = makeCertificates();
const local = '127.0.0.1';
const logger = createLogger({ service: 'test', level: 'silent' });
const manifest = (path: string): string => readFileSync(join(root, 'infra', 'k8s', path), 'utf8');

let folder: string;
let mongod: ServerProcess;
let nats: ServerProcess;
let redis: ServerProcess;
let redisTls: Server;

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** The options that the component adds to mongod's command line; one without a value is null. */
const mongodOptions = (): Record<string, string | null> =>
  Object.fromEntries(
    [...manifest('components/tls/mongod.yaml').matchAll(/value: --(\w+)(?:=(\S+))?/g)].map(([, name = '', value]) => [
      name,
      value?.replace('/etc/tls', folder) ?? null,
    ]),
  );

const openMongod = async (): Promise<ServerProcess> =>
  openServerProcess({
    program: await requireProgram('mongod'),
    flags: (port, dbpath) => ({ bind_ip: local, port, dbpath, replSet: 'rs0', ...mongodOptions() }),
  });

const openNats = async (): Promise<ServerProcess> =>
  openServerProcess({
    program: await requireProgram('nats-server'),
    flags: (port, data) => {
      const config = manifest('base/nats.conf').replace('/data/jetstream', data);
      const included = {
        'nats.conf': config,
        'nats-users.conf': manifest('base/nats-users.conf'),
        'nats-tls.conf': manifest('components/tls/nats-tls.conf').replaceAll('/etc/tls', folder),
      };
      for (const [name, text] of Object.entries(included)) writeFileSync(join(data, name), text);
      return { config: join(data, 'nats.conf'), addr: local, port, http_port: -1 };
    },
    env: {
      POD_NAME: 'nats-0',
      ...Object.fromEntries(
        [...services, 'watchdog', 'operator'].map((user) => [`NATS_${user.toUpperCase()}_PASSWORD`, 'npassword']),
      ),
    },
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ticketing-tls-'));
  for (const [name, text] of Object.entries(certificates)) writeFileSync(join(folder, name), text);
  [mongod, nats] = [await openMongod(), await openNats()];
  redis = await openServerProcess({
    program: await requireProgram('redis-server'),
    flags: (port, dir) => ({ bind: local, port, dir }),
  });
  // Redis of this machine may be built without TLS: this ends it in its place.
  redisTls = createTlsServer({ cert: certificates['redis.crt'], key: certificates['redis.key'] }, (socket) => {
    const plain = connect(redis.port, local);
    socket.on('error', () => plain.destroy());
    plain.on('error', () => socket.destroy());
    socket.pipe(plain).pipe(socket);
  }).listen(0, local);
  await once(redisTls, 'listening');
}, 60_000);

afterAll(async () => {
  redisTls.close();
  await Promise.all([mongod.close(), nats.close(), redis.close()]);
  await rm(folder, { recursive: true });
});

const mongoUrl = (): string => withTls(`mongodb://${local}:${mongod.port}/?directConnection=true`);
const ping = async (): Promise<void> => {
  const client = new MongoClient(mongoUrl(), { serverSelectionTimeoutMS: 5_000 });
  try {
    await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
};
const pingRedis = async (): Promise<void> => {
  const client = new Redis(withTls(`redis://${local}:${portOf(redisTls)}`), {
    lazyConnect: true,
    retryStrategy: () => null,
  });
  const failed = Promise.withResolvers<never>();
  client.once('error', failed.reject);
  try {
    await Promise.race([client.connect().then(() => client.ping()), failed.promise]);
  } finally {
    client.disconnect();
  }
};
const busOf = (url: string) =>
  createTransport(
    { BUS: 'jetstream', NATS_URL: url, NATS_STREAM_REPLICAS: 1, NATS_STREAM_MAX_MB: 64, NATS_CLUSTER_ID: 'none' },
    { clientName: 'expiration', logger },
  );

test('When the authority of the certificates is not known, then clients refuse the servers, and knowing it they connect', async () => {
  await expect(ping()).rejects.toThrow(/certificate/);
  await expect(pingRedis()).rejects.toThrow(/certificate/);
  // As NODE_EXTRA_CA_CERTS does when a process starts.
  setDefaultCACertificates([...getCACertificates('default'), certificates['ca.crt'] ?? '']);
  await expect(ping()).resolves.toBeUndefined();
  await expect(pingRedis()).resolves.toBeUndefined();
  const bus = busOf(withTls(`nats://expiration:npassword@${local}:${nats.port}`));
  await eventually(() => bus.publish({ subject: 'order.expired', id: randomUUID(), body: '{}' }));
  await bus.close();
});

test('When a client does not encrypt, then MongoDB refuses it', async () => {
  const client = new MongoClient(`mongodb://${local}:${mongod.port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 1_000,
  });
  await expect(client.db('admin').command({ ping: 1 })).rejects.toThrow();
  await client.close();
});

test('When a secret names a server, or a port forward leads to it, then its certificate has that name', () => {
  const hosts = Object.values(makeSecrets())
    .flatMap((keys) => Object.values(keys))
    .flatMap((value) => (/^(mongodb|nats|redis):\/\//.test(value) ? [new URL(value)] : []));
  expect(new Set(hosts.map(({ protocol }) => protocol)).size).toBe(3);
  for (const { protocol, hostname } of hosts) {
    const kind = protocol === 'mongodb:' ? 'mongo' : protocol.slice(0, -1);
    const certificate = new X509Certificate(certificates[`${kind}.crt`] ?? '');
    expect([hostname, certificate.checkHost(hostname)]).toEqual([hostname, hostname]);
    expect(certificate.checkIP(local)).toBe(local);
  }
});
