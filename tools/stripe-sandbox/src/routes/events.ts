import type { RequestHandler } from 'express';
import type { LoggedEvent } from '../event-log.ts';
import { eventObject } from '../events.ts';
import type { Store } from '../store.ts';
import { notFound, StripeError } from '../stripe-error.ts';
import type { ApiKit } from './api-kit.ts';
import { reply } from './reply.ts';

const shown = (store: Store, id: string): unknown => {
  const event = store.event(id);
  if (event === undefined) throw notFound('event', id, 'id');
  return eventObject(store, event, store.pending.has(id));
};

/** How the list of events shows one; an event has nothing to expand. */
export const showEvent = (store: Store) => (expandPaths: readonly string[]) => {
  const [path] = expandPaths;
  if (path !== undefined) {
    throw new StripeError(400, { message: `This property cannot be expanded (${path}).`, param: 'expand' });
  }
  return ({ id }: LoggedEvent): unknown => shown(store, id);
};

/** GET /v1/events/:id */
export const getEvent =
  (kit: ApiKit): RequestHandler =>
  (req, res) => {
    const { id } = req.params;
    const body = JSON.stringify(shown(kit.store, typeof id === 'string' ? id : ''));
    reply(res, 200, body, { 'Request-Id': kit.context.newId('req') });
  };
