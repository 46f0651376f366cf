import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineEvent, userCreated, type DataOf } from '../../events/index.ts';
import { copyOf, listOf, objectOf, type DocumentOf } from '../../mongo/index.ts';
import { expression, type Store } from './store.ts';
import { defineAggregate } from './define-aggregate.ts';

const seatState = z.object({
  id: z.string(),
  version: z.number(),
  title: z.string(),
  hall: z.object({ name: z.string(), level: z.number().optional() }),
  state: z.enum(['free', 'taken']),
  holder: z.string().optional(),
  takenAt: z.iso.datetime().optional(),
});
const seatCreated = defineEvent('seat.created', seatState);
const seatUpdated = defineEvent('seat.updated', seatState);
const seatRefused = defineEvent('seat.refused', z.object({ seatId: z.string(), reason: z.string() }));

const fields = {
  title: { type: String, required: true },
  hall: { name: { type: String, required: true }, level: { type: Number } },
  status: { type: String, required: true, enum: ['free', 'taken'] },
  holder: { type: String },
  takenAt: { type: Date },
  attempts: { ...listOf({ by: { type: String, required: true }, at: { type: Date } }), required: true },
  lastAttempt: objectOf({ by: { type: String, required: true } }),
  show: copyOf(z.object({ name: z.string() })),
} as const;

const seats = defineAggregate({
  type: 'seat',
  collection: 'seats',
  fields,
  indexes: [{ key: { holder: 1 }, name: 'by_holder', unique: true, partialFilterExpression: { status: 'taken' } }],
  renames: { owner: 'holder' },
  state: seatState,
  publicFields: { state: 'status' },
  events: [seatCreated, seatUpdated],
  sideEvents: [seatRefused],
});
type Seat = DocumentOf<typeof seats>;

const bsonType = (name: string): unknown => {
  const { properties } = seats.schema.toJSONSchema({ useBsonType: true });
  return properties?.[name]?.bsonType;
};

test('When an aggregate is defined, then its validator, indexes, public state and events follow from it', () => {
  expect(seats.schema.toJSONSchema({ useBsonType: true }).required).toEqual(
    expect.arrayContaining(['_id', 'outbox', 'title', 'status', 'attempts']),
  );
  expect(bsonType('hall')).toEqual(['object', 'null']);
  expect(bsonType('attempts')).toEqual('array');
  expect(seats.indexes).toEqual([
    { key: { holder: 1 }, name: 'by_holder', unique: true, partialFilterExpression: { status: 'taken' } },
    { key: { 'outbox.time': 1 }, name: 'unpublished', partialFilterExpression: { 'outbox.time': { $exists: true } } },
    { key: { changedAt: 1 } },
  ]);
  expect(seats.publicState).toEqual({
    title: 'title',
    hall: 'hall',
    state: 'status',
    holder: 'holder',
    takenAt: 'takenAt',
  });
  expect([...seats.events, ...seats.sideEvents].map(({ type }) => type)).toEqual([
    'seat.created',
    'seat.updated',
    'seat.refused',
  ]);
  expect(seats).toMatchObject({ type: 'seat', name: 'seats', renames: { owner: 'holder' } });
});

test('When documents are stored before their aggregate begins, then neither version nor outbox is required', () => {
  const later = defineAggregate({
    type: 'seat',
    collection: 'seats',
    fields: { title: { type: String } },
    state: seatState.pick({ id: true, version: true, title: true }),
    events: [defineEvent('seat.created', seatState.pick({ id: true, version: true, title: true }))],
    outbox: 'later',
  });
  expect(later.schema.toJSONSchema({ useBsonType: true }).required).toEqual(['_id']);
  expect(later.indexes).toEqual([
    { key: { 'outbox.time': 1 }, name: 'unpublished', partialFilterExpression: { 'outbox.time': { $exists: true } } },
    { key: { changedAt: 1 } },
  ]);
  const document: DocumentOf<typeof later> = { _id: 'a' };
  expect(document.version).toBeUndefined();
});

// What follows is checked by the compiler; none of it runs.
const trace = { correlationId: 'c', traceId: 't' };

/** Documents of the inferred type. */
export const documents = (seat: Seat) => {
  const exact: {
    readonly status: 'free' | 'taken';
    readonly holder?: string;
    readonly takenAt?: Date;
    readonly hall: { readonly name: string; readonly level?: number };
    readonly attempts: readonly { readonly by: string; readonly at?: Date }[];
    readonly lastAttempt?: { readonly by: string };
    readonly show?: { readonly name: string };
    readonly version: number;
  } = seat;
  // @ts-expect-error: an optional field may be absent, but is never stored as undefined
  const stored: Seat = { ...seat, holder: undefined };
  return [exact, stored];
};

type Seats = Store<Seat, (typeof seats.events)[number], (typeof seats.sideEvents)[number]>;

/** What may be written. */
export const writes = async (store: Seats, ids: readonly string[]) => {
  const filter = { _id: 'a' };
  const event = seatUpdated;
  await store.change({
    filter,
    set: { status: 'taken', holder: expression('$_id') },
    unset: ['takenAt'],
    event,
    trace,
  });
  // @ts-expect-error: no field of the document
  await store.change({ filter, set: { staus: 'taken' }, event, trace });
  // @ts-expect-error: no field of the document, beside one that is
  await store.change({ filter, set: { status: 'taken', staus: 1 }, event, trace });
  // @ts-expect-error: no value of this field
  await store.change({ filter, set: { status: 'sold' }, event, trace });
  // @ts-expect-error: the version is set by the store alone
  await store.change({ filter, set: { version: 3 }, event, trace });
  // @ts-expect-error: an event of another aggregate
  await store.change({ filter, set: {}, event: userCreated, trace });
  // @ts-expect-error: a side event does not carry the public state
  await store.change({ filter, set: {}, event: seatRefused, trace });
  // @ts-expect-error: no field of the document
  await store.change({ filter, set: {}, unset: ['holdr'], event, trace });

  await store.changeMany(ids.map((_id) => ({ filter: { _id }, set: { status: 'free' }, event, trace })));
  // @ts-expect-error: no field of the document
  await store.changeMany(ids.map((_id) => ({ filter: { _id }, set: { staus: 'free' }, event, trace })));
  // @ts-expect-error: no field of the document, beside one that is
  await store.changeMany(ids.map((_id) => ({ filter: { _id }, set: { status: 'free', staus: 1 }, event, trace })));
  // @ts-expect-error: an event of another aggregate
  await store.changeMany(ids.map((_id) => ({ filter: { _id }, set: {}, event: userCreated, trace })));
  // @ts-expect-error: nothing is unset when a state is published again
  await store.republish([{ filter, set: {}, unset: ['holder'], event, trace }]);

  const refusal: DataOf<typeof seatRefused> = { seatId: 'a', reason: 'taken' };
  await store.publishSideEvent({ filter, set: {}, event: seatRefused, data: refusal, trace });
  // @ts-expect-error: data of another event
  await store.publishSideEvent({ filter, set: {}, event: seatRefused, data: { seatId: 'a' }, trace });
  // @ts-expect-error: an event that carries the public state
  await store.publishSideEvent({ filter, set: {}, event: seatUpdated, data: refusal, trace });

  const given = { _id: 'a', title: 'A', hall: { name: 'H' }, attempts: [] };
  await store.insert({ ...given, status: 'free' }, seatCreated, trace);
  // @ts-expect-error: a required field is missing
  await store.insert(given, seatCreated, trace);
  // @ts-expect-error: no field of the document
  await store.insert({ ...given, status: 'free', color: 'red' }, seatCreated, trace);
};

/** What may be defined. */
export const definitions = () => {
  const seat = { type: 'seat', collection: 'seats', events: [seatUpdated], publicFields: { state: 'status' } } as const;
  const { title, holder: _, ...others } = fields;
  return [
    // @ts-expect-error: the public field `holder` is no field of the document
    defineAggregate({ ...seat, state: seatState, fields: { ...others, title } }),
    // @ts-expect-error: the public field `title` may be absent from the document
    defineAggregate({ ...seat, state: seatState, fields: { ...fields, title: { type: String } } }),
    // @ts-expect-error: the public field `title` is stored with another type
    defineAggregate({ ...seat, state: seatState, fields: { ...fields, title: { type: Date, required: true } } }),
    // @ts-expect-error: the public field `hall` is stored with another type
    defineAggregate({ ...seat, state: seatState, fields: { ...fields, hall: { name: { type: Number } } } }),
    // @ts-expect-error: the public field `state` is renamed to no field of the document
    defineAggregate({ ...seat, publicFields: { state: 'stat' }, state: seatState, fields }),
    defineAggregate({ ...seat, publicFields: { state: 'status', holder: 'show.name' }, state: seatState, fields }),
    // @ts-expect-error: the public field `title` is in a field that may be absent from the document
    defineAggregate({ ...seat, publicFields: { state: 'status', title: 'show.name' }, state: seatState, fields }),
    // @ts-expect-error: the public field `holder` is stored in another field with another type
    defineAggregate({ ...seat, publicFields: { state: 'status', holder: 'hall.level' }, state: seatState, fields }),
    // @ts-expect-error: the public field `holder` is in no field of the document
    defineAggregate({ ...seat, publicFields: { state: 'status', holder: 'hall.nam' }, state: seatState, fields }),
    // @ts-expect-error: an event of another aggregate
    defineAggregate({ ...seat, state: seatState, fields, events: [userCreated] }),
  ];
};
