import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express from 'express';
import type { Document } from 'mongodb';
import { ticketCreated, ticketState, userCreated, userState, userUpdated } from '../events/index.ts';
import { applyIfNewer, defineAggregate, on, openStore } from '../messaging/index.ts';
import { commonEnv, openService, readEnv } from '../service/index.ts';
import { notByMajority, openTestSystem, type TestSystem } from '../testing/index.ts';
import { copyOf, defineCollection, newId, type DocumentOf } from './index.ts';

const users = defineAggregate({
  type: 'user',
  collection: 'users',
  fields: { email: { type: String, required: true } },
  state: userState.pick({ id: true, version: true, email: true }),
  events: [userCreated, userUpdated],
});
const ticketCopies = defineCollection({ name: 'copies', fields: { ticket: copyOf(ticketState) } });

let system: TestSystem;
let store: ReturnType<typeof openUsers>;
const commands: Document[] = [];
const trace = { correlationId: 'test', traceId: '0'.repeat(32) };

const openUsers = (service: ReturnType<typeof openService>) => openStore(users, service);

beforeAll(async () => {
  system = await openTestSystem();
  await system.start((overrides) => {
    const service = openService('users', readEnv(commonEnv, system.env), {
      ...overrides,
      onDatabaseCommand: (command) => commands.push(command),
    });
    const copies = service.database.collection<DocumentOf<typeof ticketCopies>>(ticketCopies.name);
    store = openUsers(service);
    return service.run({
      collections: [users, ticketCopies],
      app: express(),
      listeners: [
        on(ticketCreated, async (tickets) => {
          await applyIfNewer(
            copies,
            'ticket',
            tickets.map(({ state }) => state),
          );
          // A single change is another statement than several ones.
          await store.changeMany(
            tickets.flatMap(({ state, trace }) =>
              [state.id, 'nobody'].map((_id) => ({
                filter: { _id },
                set: { email: state.title },
                event: userUpdated,
                trace,
              })),
            ),
          );
        }),
      ],
    });
  });
});
afterAll(() => system.close());

const sent = (name: string, collection: string) => commands.filter((command) => command[name] === collection).length;

test('When a service runs, then every write has write concern majority and every read has read concern majority', async () => {
  const id = newId();
  await store.insert({ _id: id, email: 'a@b.c' }, userCreated, trace);
  await store.change({ filter: { _id: id }, set: { email: 'b@b.c' }, event: userUpdated, trace });
  await system.publish(ticketCreated, { id, version: 0, revision: 0, title: 'Final', price: 3, userId: 'seller' });
  await system.send('ticket.created', 'malformed');
  // Insert, change, copies, changes caused by an event, dead letters, clearing of the outbox, and its sweep.
  await system.eventually(async () => {
    expect(await system.collection('copies').countDocuments()).toBe(1);
    expect(await system.collection('dead-letters').countDocuments()).toBe(1);
    expect(await system.collection('users').findOne({ email: 'Final', outbox: { $size: 0 } })).not.toBeNull();
    expect(sent('insert', 'users')).toBe(1);
    expect(sent('findAndModify', 'users')).toBe(1);
    expect(sent('update', 'copies')).toBeGreaterThan(0);
    expect(sent('update', 'dead-letters')).toBeGreaterThan(0);
    expect(sent('update', 'users')).toBeGreaterThan(1);
    expect(sent('find', 'users')).toBeGreaterThan(1);
  });
  expect(notByMajority(commands)).toEqual([]);
});
