import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketCreated, ticketState, ticketUpdated } from '@ticketing/common/events';
import { buildApp } from '@ticketing/common/http';
import { defineAggregate, openStore } from '@ticketing/common/messaging';
import { newId } from '@ticketing/common/mongo';
import { commonEnv, httpKit, openService, readEnv } from '@ticketing/common/service';
import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { openTestSources, type TestSources } from '@ticketing/watchdog/testing';
import { runRepublishCommand } from './republish-command.ts';
import { UsageError } from './usage-error.ts';

const listings = defineAggregate({
  type: 'ticket',
  collection: 'tickets',
  fields: {
    title: { type: String, required: true },
    price: { type: Number, required: true },
    revision: { type: Number, required: true },
    userId: { type: String, required: true },
  },
  state: ticketState.pick({ id: true, version: true, title: true, price: true, revision: true, userId: true }),
  events: [ticketCreated, ticketUpdated],
  republishAs: () => ticketUpdated,
});

let under: TestSources;
let databases: Databases;
let insert: () => Promise<string>;

beforeAll(async () => {
  under = await openTestSources();
  databases = openDatabases(under.addresses.mongoUrls, 'republish');
  await under.system.start((overrides) => {
    const env = { ...under.system.env, MONGO_URL: under.addresses.mongoUrls.tickets };
    const service = openService('tickets', readEnv(commonEnv, env), overrides);
    const store = openStore(listings, service);
    insert = async () => {
      const trace = { correlationId: 'test', traceId: '0'.repeat(32) };
      return (
        await store.insert(
          { _id: newId(), title: 'Final', price: 1, revision: 0, userId: 'seller' },
          ticketCreated,
          trace,
        )
      )._id;
    };
    return service.run({
      collections: [listings],
      app: buildApp(httpKit(service), () => undefined),
      listeners: [],
    });
  });
});
afterAll(async () => {
  await databases.close();
  await under.close();
});

const run = async (
  args: readonly string[],
  timeoutMs = 20_000,
): Promise<{ readonly code: number; readonly output: string }> => {
  const lines: string[] = [];
  const code = await runRepublishCommand({ databases, args, by: 'olga', print: (line) => lines.push(line), timeoutMs });
  return { code, output: lines.join('\n') };
};
const republished = (id: string): number =>
  under.system.events(ticketUpdated).filter(({ aggregate }) => aggregate.id === id).length;

test('When tickets are republished, then the service publishes each of them once', async () => {
  const ids = await Promise.all(Array.from({ length: 130 }, insert));
  expect(await run(['ticket'])).toEqual({ code: 0, output: '130 tickets republished' });
  await under.system.eventually(() => expect(ids.map(republished)).toEqual(ids.map(() => 1)));
});

test('When ids are given, then only those are republished, and one that does not exist is an error', async () => {
  const [one, two] = [await insert(), await insert()];
  expect(await run(['ticket', one])).toEqual({ code: 0, output: '1 ticket republished' });
  await under.system.eventually(() => expect(republished(one)).toBe(1));
  expect(republished(two)).toBe(0);
  expect(await run(['ticket', newId()])).toEqual({
    code: 1,
    output: '0 tickets republished; no ticket has the other id',
  });
});

test('When the service does not run, then the command says so', async () => {
  const { code, output } = await run(['order'], 500);
  expect(code).toBe(1);
  expect(output).toContain('orders continues once it runs');
});

test.each([
  [[], 'A type is missing'],
  [['seat'], 'There is no type seat'],
])('When the arguments are %j, then the error says what is wrong and shows the usage', async (args, problem) => {
  const failure = run(args);
  await expect(failure).rejects.toThrow(UsageError);
  await expect(failure).rejects.toThrow(problem);
  await expect(failure).rejects.toThrow('npm run operator -- republish');
});
