import type { HttpClient } from '@ticketing/test/http-client';
import { MongoClient, type Document } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { cancelOrders, orderTickets, untilOrderable } from './list-tickets.ts';
import type { MeasuredProduct } from './scenario.ts';
import { cyclic, textOf } from './users.ts';

/** Where a listing with a cancelled order has documents, and which of its ids each has. */
const places = [
  { database: 'tickets', collection: 'tickets', id: 'ticket' },
  { database: 'tickets', collection: 'events', id: 'event' },
  { database: 'orders', collection: 'tickets', id: 'ticket' },
  { database: 'orders', collection: 'orders', id: 'order' },
  { database: 'payments', collection: 'payments', id: 'order' },
  { database: 'expiration', collection: 'timers', id: 'order' },
] as const;

type Place = (typeof places)[number];
type Ids = Readonly<Record<Place['id'], string>>;

/** What a listing with a cancelled order has left in the databases of the services. */
export interface Template {
  readonly ids: Ids;
  readonly documents: readonly { readonly place: Place; readonly document: Document }[];
}

/** Copies belong to one event by so many. */
export const copiesPerEvent = 20;

const hoursEarlier = (time: number): Date => new Date(time - 12 * 60 * 60_000);
const moment = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A copy under other ids, and from twelve hours earlier: for nobody is anything left to do for it. */
const copyOf = (value: unknown, ids: ReadonlyMap<string, string>): unknown => {
  if (value instanceof Date) return hoursEarlier(value.getTime());
  if (typeof value === 'string')
    return ids.get(value) ?? (moment.test(value) ? hoursEarlier(Date.parse(value)).toISOString() : value);
  if (Array.isArray(value)) return value.map((item) => copyOf(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner, ids)]));
};

/** The same id with another end; ids of this product are hexadecimal, and those of copies are older than any other. */
const renumbered = (id: string, index: number): string => {
  const tail = index.toString(16).padStart(8, '0');
  return `5${id.slice(1, -tail.length)}${tail}`;
};

const open = async ({ mongoUrl }: Pick<MeasuredProduct, 'mongoUrl'>) => new MongoClient(mongoUrl('admin')).connect();

const settledWithinMs = 60_000;

/** What these cancelled orders and their listings have in the databases. */
const readTemplates = async (mongo: MongoClient, orderIds: readonly string[]): Promise<Template[]> => {
  const found = await mongo
    .db('orders')
    .collection<{ _id: string; ticket: { id: string }; eventId: string }>('orders')
    .find({ _id: { $in: [...orderIds] } })
    .toArray();
  return Promise.all(
    found.map(async ({ _id, ticket, eventId }) => {
      const ids = { ticket: ticket.id, event: eventId, order: _id };
      const documents = await Promise.all(
        places.map(async (place) => {
          const stored = mongo.db(place.database).collection<Document & { _id: string }>(place.collection);
          const document = await stored.findOne({ _id: ids[place.id] });
          return document === null ? [] : [{ place, document }];
        }),
      );
      return { ids, documents: documents.flat() };
    }),
  );
};

/** Whether the cancellation has arrived, everything is published, and the event counts the listing. */
const isSettled = ({ documents }: Template): boolean =>
  documents.some(({ place, document }) => place.collection === 'timers' && document['armed'] === false) &&
  documents.some(({ place, document }) => place.collection === 'events' && document['onSale'] > 0) &&
  documents.every(({ document }) => (document['outbox'] ?? []).length === 0 && document['uncounted'] === undefined);

/** Lists a ticket by each of these titles, orders it and cancels the order, and reads what that has left. */
export const takeTemplates = async (
  product: Pick<MeasuredProduct, 'client' | 'seller' | 'buyers' | 'mongoUrl'>,
  titles: readonly string[],
): Promise<Template[]> => {
  const { client, seller, buyers } = product;
  const list = async (title: string, using: HttpClient): Promise<string> => {
    const startsAt = new Date(Date.now() + 60 * 86_400_000).toISOString();
    const body = { title, price: 30, category: 'concerts', city: 'Vienna', venue: 'Hall', startsAt };
    return textOf(await using.send({ method: 'POST', path: '/api/tickets', cookie: seller, body }), 'id');
  };
  const tickets = await Promise.all(titles.map((title) => list(title, client)));
  await untilOrderable(client, seller, tickets);
  const { orders } = await orderTickets(client, buyers, tickets, 8);
  await cancelOrders(client, orders);
  const mongo = await open(product);
  try {
    const end = performance.now() + settledWithinMs;
    const orderIds = orders.map(({ id }) => id);
    for (let before: Template[] = []; ;) {
      const templates = await readTemplates(mongo, orderIds);
      if (templates.every(isSettled) && isDeepStrictEqual(templates, before)) return templates;
      if (performance.now() > end) throw new Error('the cancelled orders did not end everywhere');
      before = templates;
      await delay(2_000);
    }
  } finally {
    await mongo.close();
  }
};

const idsOf = ({ ids }: Template, index: number): Ids => ({
  ticket: renumbered(ids.ticket, index),
  order: renumbered(ids.order, index),
  event: renumbered(ids.event, Math.floor(index / copiesPerEvent)),
});

/** Ids of the events of the copies from `start` to `end`. */
export const eventsOfCopies = (templates: readonly Template[], start: number, end: number): string[] =>
  Array.from({ length: Math.floor((end - start) / copiesPerEvent) }, (_, event) => {
    const index = start + event * copiesPerEvent;
    return idsOf(cyclic(templates, Math.floor(index / copiesPerEvent)), index).event;
  });

/** Stores the copies number `start` to `end` of the templates in turn; `changes` are made to their orders. */
export const storeCopies = async (
  product: Pick<MeasuredProduct, 'mongoUrl'>,
  templates: readonly Template[],
  { start, end, changes = {} }: { readonly start: number; readonly end: number; readonly changes?: Document },
): Promise<void> => {
  const mongo = await open(product);
  try {
    for (let first = start; first < end; first += 1_000) {
      const batches = new Map<Place, Document[]>();
      for (let index = first; index < Math.min(end, first + 1_000); index += 1) {
        const template = cyclic(templates, Math.floor(index / copiesPerEvent));
        const copied = idsOf(template, index);
        const ids = new Map(places.map(({ id }) => [template.ids[id], copied[id]]));
        for (const { place, document } of template.documents) {
          if (place.id === 'event' && index % copiesPerEvent !== 0) continue;
          const copy = Object(copyOf(document, ids));
          if (place.id === 'event') copy.onSale = copiesPerEvent;
          if (place.collection === 'orders') Object.assign(copy, changes);
          batches.set(place, [...(batches.get(place) ?? []), copy]);
        }
      }
      await Promise.all(
        [...batches].map(([{ database, collection }, documents]) =>
          mongo.db(database).collection(collection).insertMany(documents, { ordered: false }),
        ),
      );
    }
  } finally {
    await mongo.close();
  }
};
