import { isCrossSite } from '@ticketing/common/edge';
import type { Logger } from '@ticketing/common/service';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { behaviourPatch } from './behaviour.ts';
import type { MailServer } from './mail-server.ts';
import { listPage, mailPage, pageHeaders } from './page.ts';
import type { MailStore } from './store.ts';

const refuse = (res: Response, status: number, message: string): void => {
  res.status(status).send({ errors: [{ message }] });
};

/** A page of another site, open in a developer's browser, must not change how the mail server behaves. */
const ownSiteOnly: RequestHandler = (req, res, next) => {
  if (isCrossSite(req)) refuse(res, 403, 'Requests from other sites are refused.');
  else next();
};

const loopback = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** A page of another site could otherwise read mails, links in them included, under a name of its own that leads here. */
const knownHostsOnly =
  (allowed: readonly string[]): RequestHandler =>
  (req, res, next) => {
    const { host = '' } = req.headers;
    const name = host.replace(/:\d+$/, '').toLowerCase();
    if (loopback.test(name) || allowed.includes(name)) next();
    else refuse(res, 403, 'Requests for other hosts are refused.');
  };

const notFound: RequestHandler = (_req, res) => refuse(res, 404, 'Not found');

const handleErrors =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, _req, res, _next) => {
    const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
    if (typeof status === 'number' && status < 500) return refuse(res, status, 'The request cannot be read.');
    logger.error({ err: error }, 'request failed');
    return refuse(res, 500, 'Something went wrong');
  };

/** Every route on one screen. */
export const buildApp = ({
  store,
  server,
  allowedHosts,
  logger,
}: {
  readonly store: MailStore;
  readonly server: Pick<MailServer, 'behaviour' | 'behave'>;
  /** Besides loopback names. */
  readonly allowedHosts: readonly string[];
  readonly logger: Logger;
}): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use((_req, res, next) => {
    res.set(pageHeaders);
    next();
  });
  app.use(knownHostsOnly(allowedHosts));

  app.get('/', (_req, res) => {
    res.type('html').send(listPage(store.list()));
  });
  app.get('/mails/:id', (req, res) => {
    const mail = store.find(req.params.id);
    if (mail === undefined) refuse(res, 404, 'No such mail.');
    else res.type('html').send(mailPage(mail));
  });
  app.get('/messages', (req, res) => {
    const to = z.string().optional().safeParse(req.query['to']);
    if (to.success) res.send(store.list(to.data));
    else refuse(res, 400, 'to must be one address.');
  });
  app.get('/mailbox/behaviour', (_req, res) => {
    res.send({ smtp: server.behaviour() });
  });
  app.post('/mailbox/behaviour', ownSiteOnly, express.json({ type: () => true }), async (req, res) => {
    const patch = behaviourPatch.safeParse(req.body);
    if (!patch.success) return refuse(res, 400, z.prettifyError(patch.error));
    await server.behave(patch.data.smtp);
    res.send({ smtp: server.behaviour() });
  });

  app.use(notFound, handleErrors(logger));
  return app;
};
