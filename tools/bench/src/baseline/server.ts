import { buildApp } from '@ticketing/common/http';
import { createLogger } from '@ticketing/common/service';
import { required } from '@ticketing/launcher/required';
import express from 'express';
import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

// The baseline servers: the smallest program of each kind, measured on the same machine in the same run as the product.

const client = new MongoClient(required(process.env.MONGO_URL, 'MONGO_URL'), {
  writeConcern: { w: 'majority' },
  maxPoolSize: 40,
});
const inserts = client.db().collection<{ _id: string; title: string; price: number }>('baseline');

const bare: RequestListener = (_req, res) => {
  res.setHeader('content-type', 'application/json');
  res.end('{"hello":"world"}');
};

const hello = express();
hello.get('/', (_req, res) => {
  res.send({ hello: 'world' });
});

const insert = express();
insert.use(express.json());
insert.post('/', async (req, res) => {
  const document = { _id: randomUUID(), title: String(req.body.title), price: Number(req.body.price) };
  await inserts.insertOne(document);
  res.status(201).send({ id: document._id });
});

/** Sends the same bytes as a page of the product, behind the same middleware. */
const page = async (url: string): Promise<RequestListener> => {
  const original = await fetch(url);
  const body = Buffer.from(await original.arrayBuffer());
  const headers = {
    'X-Total-Count': original.headers.get('x-total-count') ?? '',
    Link: original.headers.get('link') ?? '',
  };
  const kit = {
    logger: createLogger({ service: 'baseline', level: 'warn' }),
    now: () => new Date(),
    database: { isUp: () => true, onDown: () => undefined },
    taken: () => undefined,
    observe: () => undefined,
  };
  return buildApp(kit, (app) => {
    app.get('/api/tickets', (_req, res) => {
      res.set(headers).type('json').send(body);
    });
  });
};

const listeners = new Map<string, RequestListener>([
  ['bare', bare],
  ['express', hello],
  ['insert', insert],
]);

const [, , kind = '', pageUrl] = process.argv;
const listener = pageUrl === undefined ? listeners.get(kind) : await page(pageUrl);
if (listener === undefined) throw new Error(`usage: server.ts page URL, or one of ${[...listeners.keys()].join(', ')}`);
const server = createServer((req, res) => {
  // The router's probe.
  if (req.url === '/readyz') res.end('{}');
  else listener(req, res);
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.stdout.write(`listening ${typeof address === 'object' && address !== null ? address.port : ''}\n`);
process.once('SIGTERM', () => process.exit(0));
