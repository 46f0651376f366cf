import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLogger } from '../service/index.ts';
import { requireEnv } from '../testing/require-env.ts';
import { Database } from './database.ts';
import { isDuplicateKey } from './errors.ts';
import { newId } from './new-id.ts';

interface Counter {
  readonly _id: string;
  readonly count: number;
}

let database: Database;
beforeAll(async () => {
  const url = new URL(requireEnv('MONGO_URL'));
  url.pathname = `/t${newId()}`;
  const logger = createLogger({ service: 'test', level: 'silent' });
  database = new Database({ url: url.toString(), appName: 'test', logger });
  await database.prepare([]);
});
afterAll(async () => {
  await database.drop();
  await database.close();
});
const counters = () => database.collection<Counter>('counters');

test('When transactions change the same document at once, then each runs until it is committed, and acts once', async () => {
  await counters().insertOne({ _id: 'shared', count: 0 });
  let actions = 0;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      database.transaction(async ({ session, afterCommit }) => {
        const found = await counters().findOne({ _id: 'shared' }, { session });
        afterCommit(() => (actions += 1));
        await counters().updateOne({ _id: 'shared' }, { $set: { count: (found?.count ?? 0) + 1 } }, { session });
      }),
    ),
  );
  expect([await counters().findOne({ _id: 'shared' }), actions]).toEqual([{ _id: 'shared', count: 20 }, 20]);
});

test('When the work fails, then nothing of it is stored and nothing follows', async () => {
  let actions = 0;
  const work = database.transaction(async ({ session, afterCommit }) => {
    afterCommit(() => (actions += 1));
    await counters().insertOne({ _id: 'gone', count: 1 }, { session });
    throw new Error('refused');
  });
  await expect(work).rejects.toThrow('refused');
  expect([await counters().findOne({ _id: 'gone' }), actions]).toEqual([null, 0]);
});

test('When a unique index refuses, then the error says so and nothing is stored', async () => {
  await counters().insertOne({ _id: 'taken', count: 1 });
  const work = database.transaction(async ({ session }) => {
    await counters().insertOne({ _id: 'beside', count: 1 }, { session });
    await counters().updateOne({ _id: 'taken', count: 2 }, { $set: { count: 2 } }, { session, upsert: true });
  });
  expect(isDuplicateKey(await work.catch((error: unknown) => error))).toBe(true);
  expect(await counters().findOne({ _id: 'beside' })).toBeNull();
});
