import type { IncomingMessage, ServerResponse } from 'node:http';
import { visitorAddress, type TrustedProxies } from '@ticketing/common/edge';
import type { Dispatcher } from 'undici';
import { isRefusal, type Replica, type ReplicaSet } from './replicas.ts';

/** Hop-by-hop headers, which a proxy does not forward, and headers that it sets itself. */
const notForwarded = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** Bodies up to this size are buffered, so that they can be sent again; services accept 100 KB. */
const bufferedBodyBytes = 128 * 1024;

/** Of the router's own responses, which are no pages and hold nothing to be shown, kept or framed. */
export const ownHeaders = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

export const sendError = (res: ServerResponse, status: number, message: string, headers = {}): void => {
  const body = JSON.stringify({ errors: [{ message }] });
  res.writeHead(status, {
    ...ownHeaders,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  res.end(body);
};

const sendUnavailable = (res: ServerResponse): void =>
  sendError(res, 503, 'Service unavailable, try again shortly', { 'retry-after': '1' });

export interface ForwardOptions {
  /** Protocol of the site's public address: http or https. */
  readonly proto: string;
  /** The proxies in front of the router. */
  readonly proxies: TrustedProxies;
}

/**
 * Replaces the client's own X-Forwarded headers, as an ingress does; otherwise a client could choose the address that
 * rate limits count.
 */
const requestHeaders = (req: IncomingMessage, { proto, proxies }: ForwardOptions): string[] => {
  const headers: string[] = [];
  const { rawHeaders } = req;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!notForwarded.has(name.toLowerCase())) headers.push(name, rawHeaders[index + 1] ?? '');
  }
  const forwardedFor = String(req.headers['x-forwarded-for'] ?? '');
  const visitor = visitorAddress({ peer: req.socket.remoteAddress, forwardedFor }, proxies);
  headers.push('x-forwarded-for', visitor, 'x-forwarded-proto', proto);
  if (req.headers.host !== undefined) headers.push('x-forwarded-host', req.headers.host);
  return headers;
};

const hasBody = (req: IncomingMessage): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

const isSmall = (req: IncomingMessage): boolean =>
  Number(req.headers['content-length'] ?? Infinity) <= bufferedBodyBytes;

const readAll = (req: IncomingMessage, then: (body: Buffer) => void): void => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => then(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
};

const responseHeaders = (
  headers: Record<string, string | string[] | undefined>,
): Record<string, string | string[] | undefined> => {
  delete headers['connection'];
  delete headers['keep-alive'];
  delete headers['transfer-encoding'];
  return headers;
};

/** Responses to these paths stay open. Services take them in any case, and with a slash at the end. */
const isStream = ({ method, url }: IncomingMessage): boolean =>
  method === 'GET' && /^\/api\/\w+\/[^/?]+\/stream\/?(\?|$)/i.test(url ?? '');

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const isMethod = (method: string): method is Dispatcher.HttpMethod => methods.has(method);

/**
 * Forwards a request to a ready replica. It is sent to another replica when the first one refused the connection, or
 * when the method is safe and no response has begun, unless a body that is not buffered has been read by then.
 */
export const forward = (
  req: IncomingMessage,
  res: ServerResponse,
  replicas: ReplicaSet,
  options: ForwardOptions,
): void => {
  const method = req.method ?? 'GET';
  if (!isMethod(method)) return sendError(res, 405, 'Method not allowed');
  const headers = requestHeaders(req, options);
  const tried = new Set<Replica>();
  let current: Dispatcher.DispatchController | undefined;
  res.once('close', () => {
    if (!res.writableFinished) current?.abort(new Error('the client has closed the connection'));
  });

  const send = (body: Buffer | IncomingMessage | null): void => {
    const replica = replicas.next(tried);
    if (replica === undefined) return sendUnavailable(res);
    tried.add(replica);
    const pool = isStream(req) ? replica.streams : replica.pool;
    pool.dispatch(
      { method, path: req.url ?? '/', headers, body },
      {
        onRequestStart: (controller) => {
          current = controller;
        },
        onResponseStart: (_controller, status, found, message) => {
          if (status >= 200) res.writeHead(status, message, responseHeaders(found));
        },
        onResponseData: (controller, chunk) => {
          if (res.write(chunk)) return;
          controller.pause();
          res.once('drain', () => controller.resume());
        },
        onResponseEnd: () => {
          res.end();
        },
        onResponseError: (_controller, error) => {
          if (res.destroyed) return;
          if (res.headersSent) {
            res.destroy();
            return;
          }
          const refused = isRefusal(error);
          if (refused) replica.markNotReady();
          const isKept = body === null || Buffer.isBuffer(body) || !body.readableDidRead;
          if (isKept && (refused || isSafe(method))) send(body);
          else if (refused) sendUnavailable(res);
          else sendError(res, 502, 'The service closed the connection without a response');
        },
      },
    );
  };

  if (!hasBody(req)) send(null);
  else if (isSmall(req)) readAll(req, send);
  else send(req);
};
