import { expect, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { required } from '@ticketing/launcher/required';
import { MongoClient } from 'mongodb';
import { identifyMongoClient, identifyNatsClient } from './identify.ts';
import { Links, type Identify } from './links.ts';

/** A proxy to the server of this URL that notes who connects. */
const openProxy = async (url: URL, identify: Identify) => {
  const links = new Links();
  const names: string[] = [];
  const port = await links.open('server', Number(url.port), (bytes) => {
    const name = identify(bytes);
    if (name !== undefined) names.push(name);
    return name;
  });
  return { links, names, port };
};

test('When a client connects to MongoDB, then it is known by its application, whichever of its two connections it is', async () => {
  const { links, names, port } = await openProxy(
    new URL(required(process.env['MONGO_URL'], 'MONGO_URL')),
    identifyMongoClient(() => undefined),
  );
  for (const appName of ['orders', 'orders-monitor']) {
    const client = new MongoClient(`mongodb://127.0.0.1:${port}`, { appName, directConnection: true });
    await client.db('admin').command({ ping: 1 });
    await client.close();
  }
  expect(names.length).toBeGreaterThanOrEqual(4);
  expect(new Set(names)).toEqual(new Set(['orders']));
  await links.close();
});

test('When a client connects to NATS, then it is known by its name', async () => {
  const { links, names, port } = await openProxy(
    new URL(required(process.env['NATS_URL'], 'NATS_URL')),
    identifyNatsClient,
  );
  const connection = await connect({ servers: `127.0.0.1:${port}`, name: 'payments' });
  await connection.flush();
  await connection.close();
  expect(names).toEqual(['payments']);
  await links.close();
});
