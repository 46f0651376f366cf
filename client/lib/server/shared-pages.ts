import { randomBytes } from 'node:crypto';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { duplexPair } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createBriefCache } from './brief-cache.ts';
import { hasSession } from './relayed-cookies.ts';

/** Home with any search, events, tickets. */
const sharedPath = /^\/(?:events\/[^?]+|tickets\/[0-9a-f]{24})?(?:\?|$)/;

/**
 * Whether everybody who sends this request gets the same response: one for the document of a public page, without a session.
 * What the browser's router requests is rendered for each visitor: an open page requests it because something has just changed.
 */
export const isShared = ({ method, url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): boolean =>
  method === 'GET' && sharedPath.test(url) && headers.rsc === undefined && !hasSession(headers.cookie ?? null);

/** What a rendering gets of the visitor's request besides its URL: what rate limits and traces need. None of it changes a page. */
const forwarded = ['x-forwarded-for', 'x-request-id', 'traceparent'];

/** Headers of one connection or of one sequence of bytes. */
const notKept: ReadonlySet<string> = new Set(['connection', 'content-length', 'date', 'etag', 'transfer-encoding']);

interface RenderedPage {
  readonly url: string;
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string | readonly string[]])[];
  /** What is between the nonces. */
  readonly parts: readonly Buffer[];
  /** The nonce in the headers. */
  readonly nonce: string;
  /** Only the visitor for whom it was rendered gets it. */
  readonly isPersonal: boolean;
}

/** A nonce of the content security policy. All have the same length. */
export const newNonce = (): string => randomBytes(16).toString('base64');

const splitAt = (body: Buffer, text: string): Buffer[] => {
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, start)) {
    parts.push(body.subarray(start, at));
    start = at + text.length;
  }
  return [...parts, body.subarray(start)];
};

const join = (parts: readonly Buffer[], between: Buffer): Buffer =>
  Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [between, part])));

const bytesOf = ({ url, headers, parts }: RenderedPage): number =>
  parts.reduce((sum, { length }) => sum + length, 2 * (url.length + JSON.stringify(headers).length));

const compress = promisify(gzip);
const acceptsGzip = (encodings: string): boolean =>
  /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))|,|$)/.test(encodings);

export type RenderPage = (
  req: IncomingMessage,
  res: ServerResponse,
  rendering: { readonly nonce: string; readonly markPersonal: () => void },
) => void;

/**
 * Sends public pages to visitors without a session: each URL is rendered once a second at most, and the page is no older than a
 * second, counted from the start of its rendering. `render` gets a request of its own, without cookies, so that a page can contain
 * nothing of a visitor. It renders with a nonce that is in no response: each response has a new one in its place, that of its policy.
 * Only pages with the status 200 are kept. What `markPersonal` was called for is sent to the visitor who caused the rendering only.
 */
export const createSharedPages = (options: {
  readonly render: RenderPage;
  readonly now: () => number;
  readonly maxBytes?: number;
}) => {
  const { render, now, maxBytes = 16 * 1024 * 1024 } = options;
  const pages = createBriefCache<RenderedPage>({
    maxAgeMs: 1_000,
    maxBytes,
    bytesOf,
    keep: ({ status, isPersonal }) => status === 200 && !isPersonal,
    isOwn: ({ isPersonal }) => isPersonal,
    now,
  });

  const renderPage = async ({ url = '', headers: given, socket }: IncomingMessage): Promise<RenderedPage> => {
    const nonce = newNonce();
    let isPersonal = false;
    const markPersonal = () => {
      isPersonal = true;
    };
    const server = createServer((req, res) => render(req, res, { nonce, markPersonal }));
    const [near, far] = duplexPair();
    server.emit('connection', far);
    const headers = Object.fromEntries(forwarded.map((name) => [name, given[name]]).filter(([, value]) => value));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const address = { 'x-forwarded-for': socket.remoteAddress ?? '' };
      request({ path: url, headers: { ...address, ...headers }, createConnection: () => near })
        .once('response', resolve)
        .once('error', reject)
        .end();
    });
    const body = await buffer(response);
    return {
      url,
      status: response.statusCode ?? 500,
      headers: Object.entries(response.headers).flatMap(([name, value]) =>
        value === undefined || notKept.has(name) ? [] : [[name, value] as const],
      ),
      parts: splitAt(body, nonce),
      nonce,
      isPersonal: isPersonal || response.headers['set-cookie'] !== undefined,
    };
  };

  return {
    /** `nonce` is that of the response's policy. */
    send: async (req: IncomingMessage, res: ServerResponse, nonce: string): Promise<void> => {
      const page = await pages.get(req.url ?? '', () => renderPage(req));
      const withNonce = (value: string): string => value.replaceAll(page.nonce, nonce);
      for (const [name, value] of page.headers)
        res.setHeader(name, typeof value === 'string' ? withNonce(value) : value.map(withNonce));
      res.statusCode = page.status;
      const body = join(page.parts, Buffer.from(nonce));
      const isCompressed = acceptsGzip(req.headers['accept-encoding'] ?? '');
      if (isCompressed) res.setHeader('Content-Encoding', 'gzip');
      const sent = isCompressed ? await compress(body) : body;
      res.setHeader('Content-Length', sent.length);
      res.end(sent);
    },
  };
};
