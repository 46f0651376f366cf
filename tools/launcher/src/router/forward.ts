import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { isRefusal, type Replica, type ReplicaSet } from './replicas.ts';

/** Headers of one connection, which a proxy does not hand on; and those that it writes itself. */
const notHandedOn = new Set([
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

/** Bodies up to here are read first, so that they can be sent again; services accept 100 KB. */
const keptBodyBytes = 128 * 1024;

export const answerError = (res: ServerResponse, status: number, message: string, headers = {}): void => {
  const body = JSON.stringify({ errors: [{ message }] });
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  res.end(body);
};

/**
 * What the client says about forwarding is replaced by what is known, as an ingress does: else anybody could choose
 * the address that rate limits count.
 */
const requestHeaders = (req: IncomingMessage, proto: string): string[] => {
  const headers: string[] = [];
  const { rawHeaders } = req;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!notHandedOn.has(name.toLowerCase())) headers.push(name, rawHeaders[index + 1] ?? '');
  }
  headers.push('x-forwarded-for', req.socket.remoteAddress ?? '', 'x-forwarded-proto', proto);
  if (req.headers.host !== undefined) headers.push('x-forwarded-host', req.headers.host);
  return headers;
};

const hasBody = (req: IncomingMessage): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

const isSmall = (req: IncomingMessage): boolean => Number(req.headers['content-length'] ?? Infinity) <= keptBodyBytes;

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

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const isMethod = (method: string): method is Dispatcher.HttpMethod => methods.has(method);

/**
 * Hands a request to a replica that is ready. It goes to another one when nothing of it has been sent, or when it is
 * safe to repeat and nothing has come back.
 */
export const forward = (
  req: IncomingMessage,
  res: ServerResponse,
  replicas: ReplicaSet,
  options: { readonly proto: string },
): void => {
  const method = req.method ?? 'GET';
  if (!isMethod(method)) return answerError(res, 405, 'Method not allowed');
  const headers = requestHeaders(req, options.proto);
  const tried = new Set<Replica>();
  let current: Dispatcher.DispatchController | undefined;
  res.once('close', () => {
    if (!res.writableFinished) current?.abort(new Error('the client has gone'));
  });

  const send = (body: Buffer | IncomingMessage | null): void => {
    const replica = replicas.next(tried);
    if (replica === undefined) {
      return answerError(res, 503, 'Service unavailable, try again shortly', { 'retry-after': '1' });
    }
    tried.add(replica);
    const canRepeat = body === null || Buffer.isBuffer(body);
    replica.pool.dispatch(
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
          if (refused) replica.refused();
          if (canRepeat && (refused || isSafe(method))) send(body);
          else answerError(res, 502, 'The service ended before it answered');
        },
      },
    );
  };

  if (!hasBody(req)) send(null);
  else if (isSmall(req)) readAll(req, send);
  else send(req);
};
