import { deadLetterCollection, type AggregateDocument, type DeadLetter } from '@ticketing/common/messaging';
import type { Databases } from './databases.ts';
import { collectionOf, findAll } from './find-all.ts';
import { services, type ServiceName } from './services.ts';

/** An event that waits in the outbox of an aggregate. */
export interface UnpublishedRecord {
  readonly service: ServiceName;
  /** The aggregate's. */
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly time: number;
}

export interface DeadLetterRecord {
  readonly service: ServiceName;
  readonly id: string;
  readonly subject: string;
  readonly at: number;
}

/** An event that waits for a replica of a newer version, which knows its values. */
export interface ParkedEventRecord extends DeadLetterRecord {
  /** Ids that the event names, of orders and tickets among others. */
  readonly about: readonly string[];
}

type StoredAggregate = Pick<AggregateDocument, '_id'> & Partial<AggregateDocument>;

/** The collections whose documents have an outbox; notifications has none. */
const aggregates = {
  auth: 'users',
  tickets: 'tickets',
  orders: 'orders',
  expiration: 'timers',
  payments: 'payments',
} as const satisfies Partial<Record<ServiceName, string>>;

const publishers = services.filter((service) => service !== 'notifications');

/** Documents read of each service: enough to show that something is wrong, though not how much. */
const limit = 1_000;

/** Events that have waited since `before` or earlier, found by the index of the relay's sweep. */
export const readUnpublished = async (databases: Databases, before: Date): Promise<UnpublishedRecord[]> => {
  const found = await Promise.all(
    publishers.map((service) =>
      findAll(
        collectionOf<StoredAggregate>(databases, service, aggregates[service]),
        {
          filter: { 'outbox.time': { $lte: before } },
          fields: ['outbox.id', 'outbox.type', 'outbox.time'],
          sort: 'outbox.time',
          limit,
        },
        (document) =>
          (document.outbox ?? [])
            .filter(({ time }) => time <= before)
            .map(({ id, type, time }) => ({ service, id: document._id, eventId: id, type, time: time.getTime() })),
      ),
    ),
  );
  return found.flat(2);
};

export const readDeadLetters = async (databases: Databases): Promise<DeadLetterRecord[]> => {
  const found = await Promise.all(
    services.map((service) =>
      findAll(
        collectionOf<DeadLetter>(databases, service, deadLetterCollection.name),
        { filter: { status: { $ne: 'parked' } }, fields: ['subject', 'at'], limit },
        ({ _id, subject, at }) => ({ service, id: _id, subject, at: at.getTime() }),
      ),
    ),
  );
  return found.flat();
};

const idsIn = (body: string): string[] => [...body.matchAll(/"(?:id|\w+Id)":"([^"]+)"/g)].flatMap(([, id]) => id ?? []);

export const readParkedEvents = async (databases: Databases): Promise<ParkedEventRecord[]> => {
  const found = await Promise.all(
    services.map((service) =>
      findAll(
        collectionOf<DeadLetter>(databases, service, deadLetterCollection.name),
        { filter: { status: 'parked' }, fields: ['subject', 'at', 'body'], sort: 'at', limit },
        ({ _id, subject, at, body }) => ({ service, id: _id, subject, at: at.getTime(), about: idsIn(body) }),
      ),
    ),
  );
  return found.flat();
};
