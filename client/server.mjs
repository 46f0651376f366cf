import next from 'next';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isCrossSite, isPlainHttp, keepAliveMs } from '../common/src/edge/index.ts';
import { currencyCodes } from '../common/src/money/index.ts';
import { ClientConfigError, readConfig } from './lib/config.ts';
import { createFormRoom } from './lib/form-room.ts';
import { httpsAddress } from './lib/https-address.ts';
import { readLegalText } from './lib/legal-files.ts';
import { legalPages } from './lib/legal-pages.ts';
import { linkPageHeaders } from './lib/link-pages.ts';
import { withActionResponse, withResponse, withSharedResponse } from './lib/response-status.ts';
import { sessionPageHeaders } from './lib/saved-tickets.ts';
import { securityHeaders } from './lib/security-headers.ts';
import { createSharedPages, isShared, newNonce } from './lib/server/shared-pages.ts';

// The life cycle is written here and not taken from common: the image holds server.mjs, lib/, Next's output and
// common/src/edge and common/src/money only.

/** How long a draining process still serves, until its load balancer has noticed that it is not ready. */
const unreadyMs = 1_500;
const inFlightMs = 5_000;
/** Deadline for draining, after which the process exits without it. */
const drainDeadlineMs = 7_500;

/** @param {string} text */
const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

/** @param {unknown} error */
const describe = (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Rendered for an invalid percent-encoding, for which Next itself would return 500. */
const notFoundPath = '/_not-found';

/** Rendered in place of the page that another site has posted a form to. */
const refusedPath = '/refused';

/** Rendered in place of the page that a form too large to be read was posted to. */
const tooLargePath = '/too-large';

/** In the root, so that its scope may be /wallet itself. */
const workerPath = '/wallet-worker.js';

/** @param {import('node:http').ServerResponse} res @param {number} status @param {string} message */
const sendError = (res, status, message) => {
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  res.end(JSON.stringify({ errors: [{ message }] }));
};

/** @param {import('node:http').ServerResponse} res @param {unknown} error */
const sendFailure = (res, error) => {
  process.stderr.write(`${describe(error)}\n`);
  if (!res.headersSent) res.writeHead(500);
  res.end();
};

/**
 * Next reads the nonce for its own scripts from the request's policy.
 * @param {import('node:http').IncomingMessage} req @param {Readonly<Record<string, string>>} headers
 */
const usePolicy = (req, headers) => {
  req.headers['content-security-policy'] = headers['Content-Security-Policy'];
};

/** @param {string} url */
const isDecodable = (url) => {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
};

/**
 * The image lacks the code that reads next.config.mjs. Next gets the configuration that the build has resolved, the same
 * way as in the server.js that Next generates for standalone output.
 * @param {string} dir
 */
const useBuiltConfig = (dir) => {
  const { config } = JSON.parse(readFileSync(join(dir, '.next', 'required-server-files.json'), 'utf8'));
  Object.assign(process.env, { __NEXT_PRIVATE_STANDALONE_CONFIG: JSON.stringify(config) });
};

/** Those who sell for real must say who they are and on what terms. @param {import('./lib/config.ts').ClientConfig} config */
const warnOfEmptyPages = async ({ stripe, legalDir }) => {
  if (stripe.mode === 'sandbox') return;
  const texts = await Promise.all(
    Object.keys(legalPages).map(async (name) => [name, await readLegalText(legalDir, name)]),
  );
  const empty = texts.filter(([, text]) => text === undefined).map(([name]) => `/${name}`);
  if (empty.length > 0)
    process.stderr.write(`warning: these pages are empty, write their files in LEGAL_DIR: ${empty.join(', ')}\n`);
};

const start = async () => {
  const config = readConfig(process.env);
  if (!currencyCodes.includes(config.currency))
    throw new ClientConfigError(`The client cannot start: CURRENCY must be one of ${currencyCodes.join(', ')}.`);
  await warnOfEmptyPages(config);
  const dir = fileURLToPath(new URL('.', import.meta.url));
  if (process.env.STANDALONE === '1') useBuiltConfig(dir);
  const app = next({ dev: config.isDevelopment, dir, hostname: config.host, port: config.port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const walletWorker = readFileSync(new URL('./lib/wallet-worker.js', import.meta.url));
  const formRoom = createFormRoom();
  const sharedPages = createSharedPages({
    render: (req, res, { nonce, markPersonal }) => {
      usePolicy(req, securityHeaders(config, nonce));
      withSharedResponse(res, markPersonal, () => handle(req, res)).catch((error) => sendFailure(res, error));
    },
    now: () => performance.now(),
  });
  let draining = false;

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res */
  const handleProbe = (req, res) => {
    if (req.url !== '/healthz' && req.url !== '/readyz') return false;
    const ok = req.url === '/healthz' || !draining;
    res.writeHead(ok ? 200 : 503, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ status: ok ? 'ok' : 'draining' }));
    return true;
  };
  if (config.probePort !== undefined) {
    // An ingress that routes every path here must not expose the probes, so they have their own port.
    const probes = createServer((req, res) => {
      if (!handleProbe(req, res)) res.writeHead(404).end();
    });
    probes.listen(config.probePort, config.host);
    await once(probes, 'listening');
  }

  const server = createServer((req, res) => {
    // Otherwise the client may send its next request on a connection that is about to be closed.
    if (draining) res.setHeader('Connection', 'close');
    if (config.probePort === undefined && handleProbe(req, res)) return;
    const nonce = newNonce();
    const headers = securityHeaders(config, nonce);
    const page = { url: req.url ?? '', cookie: req.headers.cookie };
    const pageHeaders = { ...linkPageHeaders(page.url), ...sessionPageHeaders(page, config.publicUrl) };
    for (const [name, value] of Object.entries({ ...headers, ...pageHeaders })) res.setHeader(name, value);
    const isApi = /^\/api(?:[/?]|$)/.test(req.url ?? '');
    if (isPlainHttp(req, config.publicUrl)) {
      if (isApi) return sendError(res, 403, 'Use https');
      res.writeHead(308, { Location: httpsAddress(req.url, config.publicUrl) });
      return res.end();
    }
    const isCrossSiteRequest = isCrossSite(req, config.publicUrl.origin);
    if (isCrossSiteRequest && !/\btext\/html\b/.test(req.headers.accept ?? ''))
      return sendError(res, 403, 'Requests from other sites are refused');
    // API paths of no service are routed here; API clients expect the error envelope.
    if (isApi) return sendError(res, 404, 'Not Found');
    if (req.url === workerPath) {
      res.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-cache' });
      return res.end(walletWorker);
    }
    if (isCrossSiteRequest) Object.assign(req, { method: 'GET', url: refusedPath });
    if (req.method === 'POST') {
      const room = formRoom.take(req, res);
      if (room === 'full') {
        res.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '5' });
        return res.end('Too many files are being uploaded at the moment. Please go back and try again.');
      }
      if (room === 'too-large') Object.assign(req, { method: 'GET', url: tooLargePath });
    }
    if (!isDecodable(req.url ?? '/')) req.url = notFoundPath;
    /** @param {unknown} error */
    const fail = (error) => sendFailure(res, error);
    if (!config.isDevelopment && isShared(req)) return void sharedPages.send(req, res, nonce).catch(fail);
    usePolicy(req, headers);
    const isAction = req.method === 'POST';
    // Next compares it with the Origin, which is the site's own here, and a proxy may have replaced the Host.
    if (isAction) req.headers['x-forwarded-host'] = URL.parse(req.headers.origin ?? '')?.host ?? req.headers.host;
    (isAction ? withActionResponse : withResponse)(res, () => handle(req, res)).catch(fail);
  });
  server.keepAliveTimeout = keepAliveMs;
  server.listen(config.port, config.host);
  await once(server, 'listening');

  const drain = async () => {
    draining = true;
    await delay(unreadyMs);
    const closed = once(server, 'close');
    server.close();
    // close() also waits for keep-alive connections that become idle only later.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    await Promise.race([closed, delay(inFlightMs)]);
    clearInterval(idle);
    server.closeAllConnections();
  };

  const onSignal = () => {
    if (draining) process.exit(1);
    setTimeout(() => process.exit(1), drainDeadlineMs).unref();
    drain().then(
      () => process.exit(0),
      (error) => fail(describe(error)),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.stdout.write(`listening on http://${config.host}:${config.port}\n`);
};

start().catch((error) => fail(error instanceof ClientConfigError ? error.message : describe(error)));
