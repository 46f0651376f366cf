import type { Registry } from '@prometheus-io/client';
import express, { type Express } from 'express';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { keepAliveMs } from '../edge/index.ts';

/** How long a draining process continues to serve, until the routers have noticed that it is not ready. */
const endpointsDropMs = 1_500;
const inFlightMs = 5_000;

export interface RunningServer {
  readonly url: string;
  /** Continues to serve until the routers have noticed, ending each connection with its next response, then finishes the requests in flight. */
  drain(): Promise<void>;
}

/**
 * Serves `app` and the probes: `/healthz` (the process is alive), `/readyz` (it should receive requests), `/metrics`. The
 * three are never routed from outside.
 */
export const openServer = async (options: {
  readonly app: Express;
  readonly host: string;
  readonly port: number;
  readonly isReady: () => boolean;
  /** Without it there is no `/metrics`. */
  readonly metrics?: Registry;
  /** Time between unreadiness and the end of listening, for the routers to notice. */
  readonly drainDelayMs?: number;
  /** Called when no router sends requests any more, to end those that would stay open. */
  readonly onClosing?: () => void;
}): Promise<RunningServer> => {
  const probes = express();
  probes.disable('x-powered-by');
  probes.get('/healthz', (_req, res) => {
    res.send({ status: 'ok' });
  });
  probes.get('/readyz', (_req, res) => {
    const ready = options.isReady();
    res.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  const { metrics, drainDelayMs = endpointsDropMs } = options;
  if (metrics !== undefined)
    probes.get('/metrics', async (_req, res) => {
      res.type('text/plain').send(await metrics.metrics());
    });
  const isProbe = (path: string | undefined) =>
    path === '/healthz' || path === '/readyz' || (path === '/metrics' && metrics !== undefined);
  let isDraining = false;
  // Dispatched before Express, so that requests do not pass through two apps.
  const server = createServer((req, res) => {
    // Otherwise the client may send its next request on a connection that is about to be closed.
    if (isDraining) res.setHeader('Connection', 'close');
    if (isProbe(req.url)) probes(req, res);
    else options.app(req, res);
  });
  server.keepAliveTimeout = keepAliveMs;
  // Connections that have sent no request yet, as browsers preconnect: Node counts them as active.
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', (req) => silent.delete(req.socket));
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${port}`,
    drain: async () => {
      isDraining = true;
      // Without connections no router sends requests here, so tests and idle processes need not wait.
      const hasClients = await new Promise<boolean>((resolve) => {
        server.getConnections((error, count) => resolve(error !== null || count > 0));
      });
      if (hasClients && drainDelayMs > 0) await delay(drainDelayMs);
      options.onClosing?.();
      const closed = once(server, 'close');
      server.close();
      // close() also waits for keep-alive connections that become idle only later.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      for (const socket of silent) socket.destroy();
      await Promise.race([closed, delay(inFlightMs, undefined, { ref: false })]);
      clearInterval(idle);
      server.closeAllConnections();
      await closed;
    },
  };
};
