import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAddresses } from './find-addresses.ts';

const given = {
  AUTH_MONGO_URL: 'mongodb://a/auth',
  TICKETS_MONGO_URL: 'mongodb://b/tickets',
  ORDERS_MONGO_URL: 'mongodb://c/orders',
  EXPIRATION_MONGO_URL: 'mongodb://d/expiration',
  PAYMENTS_MONGO_URL: 'mongodb://e/payments',
  NOTIFICATIONS_MONGO_URL: 'mongodb://g/notifications',
  NATS_URL: 'nats://f:4222',
  STRIPE_KEY: 'sk_test_1',
};

test('When the environment names a product, then its addresses are used, even if another product runs here', async () => {
  expect(await findAddresses(given, '/nowhere')).toEqual({
    mongoUrls: {
      auth: 'mongodb://a/auth',
      tickets: 'mongodb://b/tickets',
      orders: 'mongodb://c/orders',
      expiration: 'mongodb://d/expiration',
      payments: 'mongodb://e/payments',
      notifications: 'mongodb://g/notifications',
    },
    natsUrl: 'nats://f:4222',
    bus: 'jetstream',
    stripe: { host: undefined, key: 'sk_test_1' },
  });
});

test('When addresses are missing, then the error names each of them', async () => {
  const without = (...names: readonly string[]) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
  await expect(findAddresses(without('TICKETS_MONGO_URL', 'NATS_URL', 'STRIPE_KEY'), '/nowhere')).rejects.toThrow(
    'TICKETS_MONGO_URL, NATS_URL, STRIPE_KEY or STRIPE_HOST are missing',
  );
  await expect(findAddresses(without('NATS_URL', 'STRIPE_KEY'), '/nowhere', 'databases')).resolves.toMatchObject({
    natsUrl: '',
  });
  await expect(findAddresses({ ...given, BUS: 'pigeons' }, '/nowhere')).rejects.toThrow('BUS must be');
});

const running = async (processes: readonly { readonly name: string; readonly url: string }[]): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'audit-addresses-'));
  await writeFile(join(directory, 'processes.json'), JSON.stringify(processes));
  return directory;
};

test('When npm start runs here, then each service has its database on that server, with the same credentials', async () => {
  const directory = await running([
    { name: 'mongod', url: 'mongodb://me:secret@127.0.0.1:1/admin?replicaSet=rs0' },
    { name: 'nats', url: 'nats://127.0.0.1:2' },
    { name: 'stripe-sandbox', url: 'http://127.0.0.1:3' },
  ]);
  const { mongoUrls, natsUrl, stripe } = await findAddresses({ DATA_DIR: directory }, '/nowhere');
  expect(mongoUrls.orders).toBe('mongodb://me:secret@127.0.0.1:1/orders?replicaSet=rs0&authSource=admin');
  expect({ natsUrl, stripe }).toEqual({
    natsUrl: 'nats://127.0.0.1:2',
    stripe: { host: 'http://127.0.0.1:3', key: undefined },
  });
  await rm(directory, { recursive: true });
});

test('When the stores are clusters, then the addresses name every member that runs', async () => {
  const directory = await running([
    { name: 'mongod', url: 'mongodb://127.0.0.1:1/?replicaSet=rs0' },
    { name: 'mongod', url: 'mongodb://127.0.0.1:2/?replicaSet=rs0' },
    { name: 'nats', url: 'nats://127.0.0.1:3' },
    { name: 'nats', url: 'nats://127.0.0.1:4' },
    { name: 'stripe-sandbox', url: 'http://127.0.0.1:5' },
  ]);
  expect(await findAddresses({ DATA_DIR: directory }, '/nowhere')).toMatchObject({
    mongoUrls: { orders: 'mongodb://127.0.0.1:1,127.0.0.1:2/orders?replicaSet=rs0' },
    natsUrl: 'nats://127.0.0.1:3,nats://127.0.0.1:4',
  });
  await rm(directory, { recursive: true });
});

test('When npm start was given servers by their URLs, then the same variables name them', async () => {
  const directory = await running([{ name: 'stripe-sandbox', url: 'http://127.0.0.1:3' }]);
  const own = {
    DATA_DIR: directory,
    MONGO_URL: 'mongodb://127.0.0.1:1/?replicaSet=rs0',
    NATS_URL: 'nats://127.0.0.1:2',
  };
  expect(await findAddresses(own, '/nowhere')).toMatchObject({
    mongoUrls: { orders: 'mongodb://127.0.0.1:1/orders?replicaSet=rs0' },
    natsUrl: 'nats://127.0.0.1:2',
  });
  await rm(directory, { recursive: true });
});

test('When mongod is down, or the product uses Stripe itself, then the error names what is missing', async () => {
  const down = await running([{ name: 'nats', url: 'nats://127.0.0.1:2' }]);
  await expect(findAddresses({ DATA_DIR: down }, '/nowhere')).rejects.toThrow('mongod is not among the processes');
  const real = await running([
    { name: 'mongod', url: 'mongodb://127.0.0.1:1' },
    { name: 'nats', url: 'nats://127.0.0.1:2' },
  ]);
  await expect(findAddresses({ DATA_DIR: real }, '/nowhere')).rejects.toThrow('set STRIPE_KEY');
  await Promise.all([down, real].map((directory) => rm(directory, { recursive: true })));
});

test('When no product runs here, then the error says how to start or name one', async () => {
  await expect(findAddresses({ DATA_DIR: '/nowhere' }, '/nowhere')).rejects.toThrow(
    /No product runs here.*npm start.*AUTH_MONGO_URL/,
  );
});
