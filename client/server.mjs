import next from 'next';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ClientConfigError, readConfig } from './lib/config.ts';
import { withResponse } from './lib/response-status.ts';
import { securityHeaders } from './lib/security-headers.ts';

/** How long a draining process goes on serving, so that whoever routes to it notices that it is unready. */
const endpointsDropMs = 1_500;
const inFlightMs = 5_000;
/** Draining ends by then, whatever hangs. */
const deadlineMs = 7_500;

/** @param {string} text */
const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

/** @param {unknown} error */
const describe = (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** A page that there is none of: Next itself answers 500 to a percent-encoding that means nothing. */
const nowhere = '/_not-found';

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
 * The image leaves out what reads next.config.mjs; Next is handed what the build made of it, as by the server that Next
 * itself writes for such an image.
 * @param {string} dir
 */
const takeBuiltConfig = (dir) => {
  const { config } = JSON.parse(readFileSync(join(dir, '.next', 'required-server-files.json'), 'utf8'));
  Object.assign(process.env, { __NEXT_PRIVATE_STANDALONE_CONFIG: JSON.stringify(config) });
};

const start = async () => {
  const config = readConfig(process.env);
  const dir = fileURLToPath(new URL('.', import.meta.url));
  if (process.env.STANDALONE === '1') takeBuiltConfig(dir);
  const app = next({ dev: config.isDevelopment, dir, hostname: config.host, port: config.port });
  await app.prepare();
  const handle = app.getRequestHandler();
  let draining = false;

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res */
  const answeredProbe = (req, res) => {
    if (req.url !== '/healthz' && req.url !== '/readyz') return false;
    const ok = req.url === '/healthz' || !draining;
    res.writeHead(ok ? 200 : 503, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ status: ok ? 'ok' : 'draining' }));
    return true;
  };
  if (config.probePort !== undefined) {
    // Behind an ingress that sends everything here, probes have a port that it does not know.
    const probes = createServer((req, res) => {
      if (!answeredProbe(req, res)) res.writeHead(404).end();
    });
    probes.listen(config.probePort, config.host);
    await once(probes, 'listening');
  }

  const server = createServer((req, res) => {
    if (config.probePort === undefined && answeredProbe(req, res)) return;
    if (/^\/api(?:[/?]|$)/.test(req.url ?? '')) {
      // What no service answers comes here, from programs that expect the error envelope.
      res.writeHead(404, { 'Content-Type': 'application/json; charset=utf-8' });
      res.end(JSON.stringify({ errors: [{ message: 'Not Found' }] }));
      return;
    }
    if (!isDecodable(req.url ?? '/')) req.url = nowhere;
    const headers = securityHeaders(config, randomBytes(16).toString('base64'));
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    // Next takes the nonce for its own scripts from the request.
    req.headers['content-security-policy'] = headers['Content-Security-Policy'];
    withResponse(res, () => handle(req, res)).catch((/** @type {unknown} */ error) => {
      process.stderr.write(`${describe(error)}\n`);
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  });
  server.keepAliveTimeout = 65_000;
  server.listen(config.port, config.host);
  await once(server, 'listening');

  const drain = async () => {
    draining = true;
    await delay(endpointsDropMs);
    const closed = once(server, 'close');
    server.close();
    // close() waits for keep-alive connections that become idle only later.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    await Promise.race([closed, delay(inFlightMs)]);
    clearInterval(idle);
    server.closeAllConnections();
  };

  const onSignal = () => {
    if (draining) process.exit(1);
    setTimeout(() => process.exit(1), deadlineMs).unref();
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
