import express, { type Express } from 'express';
import { page } from './watchdog/page.ts';
import type { Repairs } from './watchdog/read-repairs.ts';
import type { State } from './watchdog/watch.ts';

export interface AppDeps {
  readonly state: () => State;
  readonly repairs: () => Promise<readonly Repairs[]>;
}

/** One page, for operators; never routed from outside. */
export const createApp = (deps: AppDeps): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.get('/', async (_req, res) => {
    res.set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
    });
    res.type('html').send(page(deps.state(), await deps.repairs(), Date.now()));
  });
  app.use((_req, res) => {
    res.status(404).send({ errors: [{ message: 'Not found' }] });
  });
  return app;
};
