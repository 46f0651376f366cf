import { afterEach, expect, test } from '@jest/globals';
import { Registry } from '@prometheus-io/client';
import express, { type Express } from 'express';
import { Agent, request } from 'node:http';
import { eventually } from '../testing/eventually.ts';
import { openServer, type RunningServer } from './server.ts';

const servers: RunningServer[] = [];
const agents: Agent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await Promise.all(servers.splice(0).map((server) => server.drain()));
});

const open = async (routes: (app: Express) => void, isReady = () => true): Promise<RunningServer> => {
  const app = express();
  routes(app);
  const server = await openServer({ app, host: '127.0.0.1', port: 0, isReady, metrics: new Registry() });
  servers.push(server);
  return server;
};

interface ProbeResponse {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

/** A request by a client that keeps its connection, as routers do. */
const get = (url: string, agent: Agent): Promise<ProbeResponse> =>
  new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      let body = '';
      response.on('data', (chunk: unknown) => {
        body += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection, body }));
    })
      .on('error', reject)
      .end();
  });
const keepAlive = (): Agent => {
  const agent = new Agent({ keepAlive: true });
  agents.push(agent);
  return agent;
};

test('When a connection is idle, then it is kept for longer than load balancers keep theirs', async () => {
  const server = await open(() => undefined);
  const response = await fetch(server.url);
  await response.body?.cancel();
  expect(response.headers.get('keep-alive')).toBe('timeout=620');
});

test('When the probes are requested, then they return liveness, readiness and metrics; the app has all other paths', async () => {
  const state = { ready: false };
  const server = await open(
    (app) => {
      app.get('/', (_req, res) => {
        res.send('app');
      });
    },
    () => state.ready,
  );
  const agent = keepAlive();
  expect((await get(`${server.url}/healthz`, agent)).status).toBe(200);
  expect((await get(`${server.url}/readyz`, agent)).status).toBe(503);
  state.ready = true;
  expect((await get(`${server.url}/readyz`, agent)).status).toBe(200);
  expect((await get(`${server.url}/metrics`, agent)).status).toBe(200);
  expect((await get(`${server.url}/`, agent)).body).toBe('app');
  expect((await get(`${server.url}/readyz/x`, agent)).status).toBe(404);
});

test('When the server drains, then it serves on connections that it ends for a while, finishes requests in flight and closes idle connections', async () => {
  const work = Promise.withResolvers<void>();
  const begun: string[] = [];
  const server = await open((app) => {
    app.get('/slow', async (_req, res) => {
      begun.push('slow');
      await work.promise;
      res.send('done');
    });
    app.get('/quick', (_req, res) => {
      res.send('quick');
    });
  });
  const idle = keepAlive();
  await get(`${server.url}/quick`, idle);
  const slow = get(`${server.url}/slow`, keepAlive());
  await eventually(() => expect(begun).toEqual(['slow']));
  const ended: string[] = [];
  const draining = server.drain().then(() => ended.push('drained'));
  // The routers have not noticed yet: requests on old and new connections are served.
  for (const agent of [keepAlive(), idle])
    expect(await get(`${server.url}/quick`, agent)).toMatchObject({ body: 'quick', connection: 'close' });
  // Then new connections are refused, while the slow request is still in progress.
  await eventually(() => expect(get(`${server.url}/quick`, new Agent())).rejects.toThrow('ECONNREFUSED'));
  expect(ended).toEqual([]);
  work.resolve();
  expect((await slow).body).toBe('done');
  await draining;
});

test('When a request never ends, then draining still ends', async () => {
  const begun: string[] = [];
  const server = await open((app) => {
    app.get('/never', () => {
      begun.push('never');
    });
  });
  const never = expect(get(`${server.url}/never`, keepAlive())).rejects.toThrow();
  await eventually(() => expect(begun).toEqual(['never']));
  const start = performance.now();
  await server.drain();
  expect(performance.now() - start).toBeLessThan(7_500);
  await never;
});

test('When no client is connected, then draining does not wait', async () => {
  const server = await open(() => undefined);
  const start = performance.now();
  await server.drain();
  expect(performance.now() - start).toBeLessThan(500);
});
