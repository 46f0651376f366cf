import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { orderCreated, ticketCreated } from '@ticketing/common/events';
import { createListener, done, durableName, reject, type DeadLetter } from '@ticketing/common/messaging';
import { buildApp } from '@ticketing/common/http';
import { httpKit, openService, readEnv, commonEnv } from '@ticketing/common/service';
import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { runDeadLetterCommand } from './dead-letter-command.ts';
import { NotFoundError } from './not-found-error.ts';
import { UsageError } from './usage-error.ts';
import { openTestSources, type TestSources } from '@ticketing/watchdog/testing';

let under: TestSources;
let databases: Databases;
const handled: string[] = [];
const listenerState = { rejects: true };

beforeAll(async () => {
  under = await openTestSources();
  databases = openDatabases(under.addresses.mongoUrls, 'dead-letters');
  const { env } = under.system;
  // A real service with a listener that rejects events or not.
  await under.system.start((overrides) => {
    const service = openService(
      'tickets',
      readEnv(commonEnv, { ...env, MONGO_URL: under.addresses.mongoUrls.tickets }),
      overrides,
    );
    return service.run({
      collections: [],
      app: buildApp(httpKit(service), () => undefined),
      listeners: [
        createListener(ticketCreated, { maxBatch: 1, concurrency: 16 }, async (events) =>
          events.map(({ data }) => {
            if (listenerState.rejects) return reject('invalid event');
            handled.push(data.id);
            return done;
          }),
        ),
      ],
    });
  });
});
afterAll(async () => {
  await databases.close();
  await under.close();
});
beforeEach(async () => {
  handled.length = 0;
  listenerState.rejects = true;
  await Promise.all([letters().deleteMany({}), under.collection('orders', 'dead-letters').deleteMany({})]);
});

const letters = () => databases.of.tickets.collection<DeadLetter>('dead-letters');
const ticket = (id: string) => ({ id, version: 0, revision: 0, title: 'Final', price: 1999, userId: 'seller' });

const run = async (...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> => {
  const lines: string[] = [];
  const code = await runDeadLetterCommand({
    databases,
    args,
    by: 'olga',
    print: (line) => lines.push(line),
    timeoutMs: 10_000,
  });
  return { code, output: lines.join('\n') };
};

/** Publishes an event that the service rejects, and returns the id of its dead letter. */
const createLetter = async (ticketId: string): Promise<string> => {
  await under.system.publish(ticketCreated, ticket(ticketId));
  return under.system.eventually(async () => {
    const letter = await letters().findOne({ body: { $regex: ticketId } });
    if (letter === null) throw new Error('no dead letter yet');
    return letter._id;
  });
};

test('When there are no dead letters, then the list says so', async () => {
  expect(await run('list')).toEqual({ code: 0, output: 'There are no dead letters.' });
});

test('When an event is dead-lettered, then it is listed with its service and reason, and shown with its body', async () => {
  const id = await createLetter('t1');
  const { output } = await run('list');
  expect(output).toContain(`tickets  ${id}`);
  expect(output).toContain('invalid event');
  const shown = await run('show', id);
  expect(shown.code).toBe(0);
  expect(shown.output).toContain(`durable: ${durableName('tickets', 'ticket.created')}`);
  expect(shown.output).toContain('"title": "Final"');
});

test('When an event has text that would control a terminal, then it is printed without that', async () => {
  const id = await createLetter('t\u202E\u009B31m1');
  const { output } = await run('show', id);
  expect(output).toContain('"id": "t1"');
  expect(output).not.toMatch(/[\u202E\u009B]/);
});

test('When a letter is replayed and its cause is fixed, then its service handles it and it is deleted', async () => {
  const id = await createLetter('t2');
  listenerState.rejects = false;
  expect(await run('replay', id)).toEqual({ code: 0, output: '1 of 1 handled' });
  expect(handled).toEqual(['t2']);
  expect(await letters().countDocuments()).toBe(0);
});

test('When a letter is replayed and fails again, then the command prints the reason and exits with 1', async () => {
  const id = await createLetter('t3');
  const { code, output } = await run('replay', id);
  expect(code).toBe(1);
  expect(output).toBe(`0 of 1 handled\n${id} failed again: invalid event`);
  expect(await letters().countDocuments({ status: 'waiting', failures: 2 })).toBe(1);
});

test('When all letters of one service are replayed, then those of other services stay', async () => {
  await createLetter('t4');
  await createLetter('t5');
  const other = {
    _id: 'orders_order-created/1-1',
    subject: orderCreated.type,
    status: 'waiting',
    at: new Date(),
    reason: '',
  };
  await under.collection('orders', 'dead-letters').insertOne(other);
  listenerState.rejects = false;
  expect(await run('replay', '--all', '--service', 'tickets')).toEqual({ code: 0, output: '2 of 2 handled' });
  expect(handled.toSorted()).toEqual(['t4', 't5']);
  expect(await under.collection('orders', 'dead-letters').findOne({ _id: other._id })).toMatchObject({
    status: 'waiting',
  });
});

test('When events are parked, then they are listed apart from dead letters, and discarding all keeps them', async () => {
  const parked = {
    _id: 'orders_ticket-created/9-9',
    subject: ticketCreated.type,
    status: 'parked',
    failures: 0,
    reason: 'unknown value: category',
    at: new Date(),
  };
  await under.collection('orders', 'dead-letters').insertOne(parked);
  const { output } = await run('list');
  expect(output.split('\n')).toEqual([
    'There are no dead letters.',
    '',
    'Parked, until a replica of a newer version that knows their values handles them:',
    expect.stringMatching(/^service +id +since +status +failures +reason$/),
    expect.stringContaining('─'),
    expect.stringMatching(/^orders +orders_ticket-created\/9-9 +[-:\dTZ.]+ +parked +0 +unknown value: category$/),
  ]);
  expect(await run('discard', '--all')).toEqual({ code: 0, output: '0 discarded' });
});

test('When a letter is discarded, then it is deleted and not handled', async () => {
  const [id, kept] = [await createLetter('t6'), await createLetter('t7')];
  listenerState.rejects = false;
  expect(await run('discard', id)).toEqual({ code: 0, output: '1 discarded' });
  expect((await letters().find().toArray()).map(({ _id }) => _id)).toEqual([kept]);
  expect(await run('discard', '--all')).toEqual({ code: 0, output: '1 discarded' });
  expect(handled).toEqual([]);
});

test.each([
  [[], 'A command is missing'],
  [['lisst'], 'There is no command lisst'],
  [['show'], 'show needs an id'],
  [['replay'], 'Name one id, or --all'],
  [['discard', 'some-id', '--all'], 'Name one id, or --all'],
  [['list', '--service', 'bank'], 'There is no service bank'],
  [['list', '--sevice', 'orders'], '--sevice'],
])('When the arguments are %j, then the error says what is wrong and shows the usage', async (args, problem) => {
  const failure = run(...args);
  await expect(failure).rejects.toThrow(UsageError);
  await expect(failure).rejects.toThrow(problem);
  await expect(failure).rejects.toThrow('npm run operator -- dead-letters');
});

test('When no service has the letter, then the error says so', async () => {
  await expect(run('replay', 'nothing')).rejects.toThrow(NotFoundError);
});
