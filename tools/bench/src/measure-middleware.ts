import { behindRouter } from '@ticketing/common/edge';
import { buildApp, createSecurityLog, createSessionTokens, type HttpKit } from '@ticketing/common/http';
import { createLogger, Metrics } from '@ticketing/common/service';
import { required } from '@ticketing/launcher/required';
import { print } from '@ticketing/test/command-line';
import { openHttpClient } from '@ticketing/test/http-client';
import express, { type Express } from 'express';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { inParallel } from './in-parallel.ts';

/**
 * What each middleware of `buildApp` costs: apps with none of them, the first, the first two, and so on, each asked by
 * visitors and by signed-in users, in turns. Run with `serve`, it is the process of these apps.
 */
const path = '/api/things';
const rounds = 5;
const requests = 3_000;
const tokens = createSessionTokens(['a key of 32 bytes for the bench!']);

const addRoute = (app: Express): void => {
  app.get(path, (_req, res) => {
    res.send({ hello: 'world' });
  });
};

const serve = async (): Promise<void> => {
  const logger = createLogger({ service: 'measure-middleware', level: 'warn' });
  const metrics = new Metrics();
  const kit: HttpKit = {
    logger,
    now: () => new Date(),
    site: {
      tokens,
      sessions: { isEnded: () => false, confirm: async (user) => user },
      publicUrl: new URL('http://tickets.example'),
      proxies: behindRouter(() => false),
      securityLog: createSecurityLog({ logger, count: () => undefined }),
    },
    database: { isUp: () => true, onDown: () => undefined },
    taken: metrics.requestRoomTaken,
    observe: metrics.observeRequest,
  };
  // Behind the route are only the 404 and the error handler.
  const { stack } = buildApp(kit, addRoute).router;
  const middleware = stack.slice(
    0,
    stack.findIndex(({ route }) => route !== undefined),
  );
  const steps: { readonly name: string; readonly port: number }[] = [];
  for (let count = 0; count <= middleware.length; count += 1) {
    const app = express();
    app.set('etag', false);
    for (const { handle } of middleware.slice(0, count)) app.use(handle);
    addRoute(app);
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const name = middleware[count - 1]?.name ?? 'Express and the route alone';
    steps.push({ name, port: typeof address === 'object' && address !== null ? address.port : 0 });
  }
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.once('disconnect', () => process.exit());
  process.send?.(steps);
};

const measure = async (): Promise<void> => {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const answer = async (): Promise<unknown> => {
    const [message]: unknown[] = await once(child, 'message');
    return message;
  };
  const steps = z.array(z.object({ name: z.string(), port: z.int() })).parse(await answer());
  const cpuMicroseconds = async (): Promise<number> => {
    const answered = answer();
    child.send('cpu');
    return z.number().parse(await answered);
  };
  const jwt = tokens.sign({
    id: 'a'.repeat(24),
    email: 'user@example.com',
    sid: 'b'.repeat(24),
    startedAt: Date.now(),
  });
  const cookies = { visitor: '', user: `session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}` };
  const costs = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, port } of steps) {
      const client = openHttpClient(`http://127.0.0.1:${port}`, { connections: 16 });
      for (const [caller, cookie] of Object.entries(cookies)) {
        const before = await cpuMicroseconds();
        await inParallel(requests, 16, async () => {
          const { status } = await client.send({ method: 'GET', path, ...(cookie === '' ? {} : { cookie }) });
          if (status !== 200) throw new Error(`${name}: ${status}`);
        });
        const key = `${port} ${caller}`;
        // The first round is for the compiler.
        if (round > 0) costs.set(key, [...(costs.get(key) ?? []), ((await cpuMicroseconds()) - before) / requests]);
      }
      await client.close();
    }
  }
  child.disconnect();
  // Whatever else runs on the machine only adds to a cost.
  const costOf = (port: number, caller: string): number =>
    Math.min(...required(costs.get(`${port} ${caller}`), 'costs'));
  print('step: CPU µs of a request by a visitor, by a signed-in user (and what the step adds)');
  for (const [index, { name, port }] of steps.entries()) {
    const columns = Object.keys(cookies).map((caller) => {
      const cost = costOf(port, caller);
      const added = cost - costOf((steps[index - 1] ?? { port }).port, caller);
      return `${cost.toFixed(1)} (${added.toFixed(1)})`;
    });
    print(`${name}: ${columns.join(', ')}`);
  }
};

await (process.argv[2] === 'serve' ? serve() : measure());
