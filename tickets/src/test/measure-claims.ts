import { newOrder } from '@ticketing/common/events/testing';
import { currencyOf } from '@ticketing/common/money';
import { Database, newId } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { claimTickets } from '../commands/claim-tickets.ts';
import { createTicket } from '../commands/create-ticket.ts';
import { releaseTickets } from '../commands/release-tickets.ts';
import type { Deps } from '../deps.ts';
import { createHolderWaits } from '../memory/holder-waits.ts';
import { openMetrics } from '../metrics.ts';
import { collections, openModels, type TicketDocument } from '../models/open-models.ts';

// What a claim costs on a ticket that has been ordered and cancelled many times, and on new tickets at the same time: the
// commands on a real database, without a bus. Started by the benchmark, which reads the line of JSON.

const [url = '', cycles = '10000'] = process.argv.slice(2);
const sampleSize = 1_000;
const trace = { correlationId: 'measured', traceId: '0'.repeat(32) };

const logger = createLogger({ service: 'measure-claims', level: 'silent' });
const database = new Database({ url, appName: 'measure-claims', logger });
await database.prepare(collections);
const now = () => database.now();
const relay = { register: () => undefined, publish: () => undefined };
const deps: Deps = {
  ...openModels({ database, relay, now, newId }),
  now,
  newId,
  currency: currencyOf('usd'),
  deliveryMinMs: 900_000,
  transaction: () => Promise.reject(new Error('not used')),
  codeKey: 'not used',
  clearListCache: () => undefined,
  holderWaits: createHolderWaits(),
  inspectFile: () => Promise.reject(new Error('not used')),
  metrics: openMetrics(new Metrics()),
};

const list = () => createTicket(deps, { userId: 'seller', listing: { title: 'Final', price: 1999 }, trace });

/** Orders the ticket and cancels the order; returns how many milliseconds the claim took. */
const cycle = async (ticket: TicketDocument): Promise<number> => {
  const expiresAt = new Date(now().getTime() + 15 * 60_000).toISOString();
  const { _id: id, title, price, version, revision } = ticket;
  const state = newOrder({ expiresAt, ticket: { id, title, price, version, revision } });
  const order = { state, time: now(), trace };
  const start = performance.now();
  const [outcome] = await claimTickets(deps)([order]);
  const milliseconds = performance.now() - start;
  if (outcome !== 'done') throw new Error(`not claimed: ${JSON.stringify(outcome)}`);
  await releaseTickets(deps)([order]);
  // The relay would have published them.
  await deps.tickets.updateOne({ _id: ticket._id }, { $set: { outbox: [] } });
  return milliseconds;
};

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

const hot = await list();
for (let count = sampleSize; count < Number(cycles); count += 1) await cycle(hot);
const [first, last]: [number[], number[]] = [[], []];
for (let sample = 0; sample < sampleSize; sample += 1) {
  first.push(await cycle(await list()));
  last.push(await cycle(hot));
}
const [size] = await deps.tickets
  .aggregate<{ bytes: number }>([{ $match: { _id: hot._id } }, { $project: { bytes: { $bsonSize: '$$ROOT' } } }])
  .toArray();
const result = { cycles: Number(cycles), first: median(first), last: median(last), bytes: size?.bytes ?? 0 };
process.stdout.write(`${JSON.stringify({ ...result, ratio: result.last / result.first })}\n`);
await database.close();
