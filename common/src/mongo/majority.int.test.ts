import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express from 'express';
import { Schema } from 'mongoose';
import { ticketCreated, userCreated, userUpdated } from '../events/index.ts';
import {
  aggregateFields,
  applyIfNewer,
  batchListener,
  createAggregateStore,
  done,
  traceOf,
  type AggregateDocument,
  type AggregateStore,
} from '../messaging/index.ts';
import { commonEnv, openService, readEnv } from '../service/index.ts';
import { notByMajority, openMongoWire, openTestSystem, type MongoWire, type TestSystem } from '../testing/index.ts';
import { newId } from './index.ts';

interface Thing extends AggregateDocument {
  readonly email: string;
}

let system: TestSystem;
let wire: MongoWire;
let things: AggregateStore<Thing>;

const trace = { correlationId: 'test', traceId: '0'.repeat(32) };
const thingSchema = new Schema({ ...aggregateFields, email: { type: String } }, { versionKey: 'version' });
thingSchema.index({ 'outbox.time': 1 });
const copySchema = new Schema({ _id: { type: String, required: true } }, { versionKey: false });

beforeAll(async () => {
  system = await openTestSystem();
  wire = await openMongoWire(String(system.env.MONGO_URL));
  await system.start((overrides) => {
    const service = openService('things', readEnv(commonEnv, { ...system.env, MONGO_URL: wire.url }), overrides);
    things = createAggregateStore<Thing>({
      ...service,
      collection: service.database.collection<Thing>('things'),
      aggregateType: 'user',
      publicState: { email: 'email' },
    });
    const copies = service.database.collection<{ _id: string }>('copies');
    return service.run({
      collections: [
        { name: 'things', schema: thingSchema },
        { name: 'copies', schema: copySchema },
      ],
      app: express(),
      listeners: [
        batchListener(ticketCreated, async (events) => {
          await applyIfNewer(
            copies,
            'ticket',
            events.map(({ data }) => data),
          );
          await things.changeMany(
            events.map((event) => ({
              filter: { _id: event.data.id },
              set: { email: event.data.title },
              event: userUpdated,
              trace: traceOf(event),
            })),
          );
          return done;
        }),
      ],
    });
  });
});
afterAll(async () => {
  await system.close();
  await wire.close();
});

const sent = (name: string, collection: string) =>
  wire.commands().filter((command) => command[name] === collection).length;

test('When a service lives, then every write is acknowledged by a majority and every read is of what a majority has', async () => {
  const id = newId();
  await things.insert({ _id: id, email: 'a@b.c' }, userCreated, trace);
  await things.change({ filter: { _id: id }, set: { email: 'b@b.c' }, event: userUpdated, trace });
  await system.publish(ticketCreated, { id, version: 0, revision: 0, title: 'Final', price: 3, userId: 'seller' });
  await system.send('ticket.created', 'malformed');
  // All that the mechanics do: insert, change, copies, changes by an event, dead letters, clearing the outbox, the sweep.
  await system.eventually(async () => {
    expect(await system.collection('copies').countDocuments()).toBe(1);
    expect(await system.collection('dead-letters').countDocuments()).toBe(1);
    expect(await system.collection('things').findOne({ email: 'Final', outbox: { $size: 0 } })).not.toBeNull();
    expect(sent('insert', 'things')).toBe(1);
    expect(sent('findAndModify', 'things')).toBe(1);
    expect(sent('update', 'copies')).toBeGreaterThan(0);
    expect(sent('update', 'dead-letters')).toBe(1);
    expect(sent('update', 'things')).toBeGreaterThan(1);
    expect(sent('find', 'things')).toBeGreaterThan(1);
  });
  expect(notByMajority(wire.commands())).toEqual([]);
});
