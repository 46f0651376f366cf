import { keepAliveMs } from '@ticketing/common/edge';
import { once } from 'node:events';
import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { codeOf } from '../error-code.ts';
import { forward, ownHeaders, sendError, type ForwardOptions } from './forward.ts';
import { Replica, ReplicaSet } from './replicas.ts';
import { upstreamOf } from './routes.ts';

export interface RouterOptions extends ForwardOptions {
  readonly port: number;
  /** The port for requests that the site makes for its visitors, whose addresses it has from this router. */
  readonly sitePort?: number;
  /** Loopback addresses to listen on; those that this machine does not have are skipped. */
  readonly hosts: readonly string[];
  readonly replicas: Readonly<Record<string, readonly string[]>>;
  readonly probeEveryMs: number;
}

export interface Router {
  readonly port: number;
  /** 0 without one. */
  readonly sitePort: number;
  /** Closes the listening sockets and waits for open requests, for at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}

const noSuchAddress = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

const parserErrors: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

/** Node's HTTP parser reports malformed requests here and not to the listener; they get the same JSON error body. */
const onClientError = (error: Error, socket: Duplex): void => {
  const code = codeOf(error) ?? '';
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = parserErrors[code] ?? [400, 'Malformed request'];
  const body = JSON.stringify({ errors: [{ message }] });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      ...Object.entries(ownHeaders).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
};

const listen = async (listener: RequestListener, port: number, host: string): Promise<Server | undefined> => {
  const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: 60_000 }, listener);
  server.on('clientError', onClientError);
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (noSuchAddress.has(codeOf(error) ?? '')) return undefined;
    throw error;
  }
};

const portOf = (server: Server | undefined): number => {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const close = async (server: Server, timeoutMs: number): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const timeout = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(idle);
  clearTimeout(timeout);
};

/** Starts a reverse proxy that routes paths to the replicas of services, as the cluster's ingress does. */
export const startRouter = async (options: RouterOptions): Promise<Router> => {
  const sets = new Map(
    Object.entries(options.replicas).map(([name, urls]) => [
      name,
      new ReplicaSet(urls.map((url) => new Replica(url, options.probeEveryMs))),
    ]),
  );
  const replicas = [...sets.values()].flatMap((set) => set.replicas);
  const listenerFor =
    (forwardOptions: ForwardOptions): RequestListener =>
    (req, res) => {
      const url = req.url ?? '/';
      const hosts = req.headersDistinct['host'] ?? [];
      if (!url.startsWith('/') || hosts.length > 1) return sendError(res, 400, 'Malformed request');
      const upstream = sets.get(upstreamOf(url) ?? '');
      if (upstream === undefined) return sendError(res, 404, 'Not Found');
      forward(req, res, upstream, forwardOptions);
    };
  const servers: Server[] = [];
  for (const host of options.hosts) {
    const port = servers.length === 0 ? options.port : portOf(servers[0]);
    const server = await listen(listenerFor(options), port, host);
    if (server !== undefined) servers.push(server);
  }
  const forSite = listenerFor({ ...options, proxies: (_address, hop) => hop === 0 });
  const siteServer =
    options.sitePort === undefined
      ? undefined
      : await listen(forSite, options.sitePort, options.hosts[0] ?? '127.0.0.1');
  if (siteServer !== undefined) servers.push(siteServer);
  for (const replica of replicas) replica.watch();
  return {
    port: portOf(servers[0]),
    sitePort: portOf(siteServer),
    stop: async (timeoutMs) => {
      await Promise.all(servers.map((server) => close(server, timeoutMs)));
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
};
