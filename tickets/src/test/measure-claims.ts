import { newOrder } from '@ticketing/common/events/testing';
import { Database, newId } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { claimTickets } from '../commands/claim-tickets.ts';
import { createTicket } from '../commands/create-ticket.ts';
import { releaseTickets } from '../commands/release-tickets.ts';
import type { Deps } from '../deps.ts';
import { createHolderWaits } from '../memory/holder-waits.ts';
import { openMetrics } from '../metrics.ts';
import { collections, openModels } from '../models/open-models.ts';

// What a claim costs on a ticket that has been ordered and cancelled many times: the commands on a real database, without
// a bus. Started by the benchmark, which reads the line of JSON.

const [url = '', cycles = '10000'] = process.argv.slice(2);
const sampleSize = 1_000;
const trace = { correlationId: 'measured', traceId: '0'.repeat(32) };

const logger = createLogger({ service: 'measure-claims', level: 'warn' });
const database = new Database({ url, appName: 'measure-claims', logger });
await database.prepare(collections);
const now = () => database.now();
const relay = { register: () => undefined, publish: () => undefined };
const deps: Deps = {
  ...openModels({ database, relay, now, newId }),
  now,
  newId,
  clearListCache: () => undefined,
  holderWaits: createHolderWaits(() => performance.now()),
  metrics: openMetrics(new Metrics()),
};

/** Milliseconds of each claim, in order. */
const run = async (count: number): Promise<{ readonly times: number[]; readonly bytes: number }> => {
  const ticket = await createTicket(deps, { userId: 'seller', listing: { title: 'Final', price: 1999 }, trace });
  const times: number[] = [];
  for (let cycle = 0; cycle < count; cycle += 1) {
    const expiresAt = new Date(now().getTime() + 15 * 60_000).toISOString();
    const state = newOrder({ expiresAt, ticket: { ...ticket, id: ticket._id } });
    const order = { state, time: now(), trace };
    const start = performance.now();
    const [outcome] = await claimTickets(deps)([order]);
    times.push(performance.now() - start);
    if (outcome !== 'done') throw new Error(`not claimed: ${JSON.stringify(outcome)}`);
    await releaseTickets(deps)([order]);
    // The relay would have published them.
    await deps.tickets.updateOne({ _id: ticket._id }, { $set: { outbox: [] } });
  }
  const [size] = await deps.tickets
    .aggregate<{ bytes: number }>([{ $match: { _id: ticket._id } }, { $project: { bytes: { $bsonSize: '$$ROOT' } } }])
    .toArray();
  return { times, bytes: size?.bytes ?? 0 };
};

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

// The first calls are slower, whatever the ticket has behind it.
await run(sampleSize);
const { times, bytes } = await run(Number(cycles));
const [first, last] = [median(times.slice(0, sampleSize)), median(times.slice(-sampleSize))];
process.stdout.write(`${JSON.stringify({ cycles: times.length, first, last, ratio: last / first, bytes })}\n`);
await database.close();
