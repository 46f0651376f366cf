import type * as z from 'zod/mini';
import { createBrowserApi } from '../api/browser-api.ts';
import { eventPath, orderPath, ticketPath } from '../api/marketplace.ts';
import { eventSchema, orderSchema, ticketSchema } from '../api/schemas.ts';
import type { LiveSource } from './follow.ts';

const sourceOf = <Schema extends z.ZodMiniType>(schema: Schema, path: string): LiveSource<z.infer<Schema>> => ({
  openStream:
    'EventSource' in globalThis
      ? ({ onMessage, onError }) => {
          const stream = new EventSource(`${path}/stream`);
          stream.addEventListener('message', ({ data }) => onMessage(String(data)));
          stream.addEventListener('error', () => onError(stream.readyState === EventSource.CLOSED));
          return () => stream.close();
        }
      : undefined,
  parse: (data) => {
    try {
      return schema.safeParse(JSON.parse(data)).data;
    } catch {
      return undefined;
    }
  },
  read: () => createBrowserApi().send(schema, { method: 'GET', path }),
});

export const ticketSource = (ticketId: string) => sourceOf(ticketSchema, ticketPath(ticketId));
export const eventSource = (eventId: string) => sourceOf(eventSchema, eventPath(eventId));
export const orderSource = (orderId: string) => sourceOf(orderSchema, orderPath(orderId));
