import type { Request, RequestHandler } from 'express';
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

/** Selects the events that a request sees: those of a connected account only if it is made for that account. */
export const seenEvents = (store: Store, req: Request) => {
  const account = req.get('Stripe-Account');
  return ({ id, type }: Pick<LoggedEvent, 'id' | 'type'>): boolean =>
    type === 'account.updated' ? store.event(id)?.record.id === account : account === undefined;
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
    const { store } = kit;
    const id = String(req.params['id']);
    const event = store.event(id);
    if (event !== undefined && !seenEvents(store, req)(event)) throw notFound('event', id, 'id');
    const body = JSON.stringify(shown(store, id));
    reply(res, 200, body, { 'Request-Id': kit.context.newId('req') });
  };
