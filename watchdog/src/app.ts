import express, { type Express } from 'express';
import type { Repairs } from './page/read-repairs.ts';
import { renderPage } from './page/render-page.ts';
import type { State } from './scan/watch.ts';

export interface AppDeps {
  readonly state: () => State;
  readonly repairs: () => Promise<readonly Repairs[]>;
}

/** The page for operators, which is not routed from outside. */
export const createApp = (deps: AppDeps): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.get('/', async (_req, res) => {
    res.set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
    });
    res.type('html').send(renderPage(deps.state(), await deps.repairs(), Date.now()));
  });
  app.use((_req, res) => {
    res.status(404).send({ errors: [{ message: 'Not found' }] });
  });
  return app;
};
