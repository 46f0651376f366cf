import { findAddresses } from '@ticketing/audit/find-addresses';
import { required } from '@ticketing/launcher/required';
import { auditProduct } from '@ticketing/watchdog/checks';
import { openSources } from '@ticketing/watchdog/sources';
import { MongoClient, type Document } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { costOf, sum } from '../cpu.ts';
import { atMost } from '../figure.ts';
import { inParallel } from '../in-parallel.ts';
import { listTickets, orderTickets, untilOrderable } from '../list-tickets.ts';
import { residentBytes } from '../memory.ts';
import { databaseNames, profiled, shapeOf } from '../profile.ts';
import type { MeasuredProduct, Scenario } from '../scenario.ts';
import { copiesPerEvent, eventsOfCopies, storeCopies, takeTemplates } from '../stored-copies.ts';
import { untilIdle } from '../until-idle.ts';
import { cyclic } from '../users.ts';
import { mail, takeJourneys } from './journeys.ts';

/** What is read is among these; the copies that are stored later have other titles and events. */
const early = ['Adagio night', 'Bolero night', 'Cadenza night', 'Duetto night', 'Elegia night'];
const later = ['Fanfara night', 'Galopp night', 'Hymnus night', 'Intrada night', 'Jubilus night'];
const few = 1_000;
const window = 20;
/** They run beside what is measured: their work depends on the time that passes. */
const apart = [...mail, 'watchdog'];
const services = ['auth', 'tickets', 'orders', 'payments', 'expiration'];

/** Different in each request, so that no cached page is sent. */
const uncached = (index: number): string => `limit=${10 + (index % 50)}&page=${1 + (Math.floor(index / 50) % 4)}`;

const readPages = async ({ client }: MeasuredProduct, paths: readonly string[], concurrency: number): Promise<void> => {
  await inParallel(paths.length, concurrency, async (index) => {
    const { status } = await client.send({ method: 'GET', path: cyclic(paths, index) });
    if (status !== 200) throw new Error(`GET ${cyclic(paths, index)}: ${status}`);
  });
};

const firstPages = (count: number): string[] => Array.from({ length: count }, () => '/api/tickets');
const searches = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) => `/api/tickets?q=${cyclic(early, index).split(' ')[0] ?? ''}&${uncached(index)}`,
  );
const eventPages = (events: readonly string[], count: number): string[] =>
  Array.from({ length: count }, (_, index) => cyclic(events, index)).flatMap((id, index) => [
    `/api/events/${id}`,
    `/api/tickets?eventId=${id}&limit=${copiesPerEvent + (index % 50)}`,
  ]);

/** Waits until all holds have expired, and their tickets are on sale again. */
const untilExpired = async (mongo: MongoClient, orderIds: readonly string[], ticketIds: readonly string[]) => {
  const orders = mongo.db('orders').collection<{ _id: string }>('orders');
  const tickets = mongo.db('tickets').collection<{ _id: string }>('tickets');
  const end = performance.now() + 60_000;
  for (;;) {
    const ended = await orders.countDocuments({ _id: { $in: [...orderIds] }, status: 'cancelled' });
    const free = await tickets.countDocuments({ _id: { $in: [...ticketIds] }, availability: 'on_sale' });
    if (ended + free === orderIds.length + ticketIds.length) return;
    if (performance.now() > end) throw new Error(`${ended} holds have ended, ${free} tickets are on sale`);
    await delay(250);
  }
};

/** CPU milliseconds of one of each, by what is done; `baseline` is that of a baseline request at the same time. */
type Costs = Readonly<Record<string, number>>;

const measureCosts = async (
  product: MeasuredProduct,
  events: readonly string[],
  { requests, orders }: { readonly requests: number; readonly orders: number },
): Promise<Costs> => {
  const { client, seller, buyers, processes, mongoUrl, startInserts } = product;
  const measured = processes.filter(({ name }) => !apart.includes(name));
  const costs: Record<string, number> = {};
  const mongo = await new MongoClient(mongoUrl('admin')).connect();
  const inserts = await startInserts();
  try {
    await untilIdle(measured);
    const before = await inserts.cpu(2 * requests);
    const reads = [
      ['first page of the list', firstPages(4 * requests), 16],
      ['search', searches(requests), 2],
      ['event page', eventPages(events, requests / 2), 2],
    ] as const;
    for (const [name, paths, concurrency] of reads) {
      await readPages(product, paths.slice(0, paths.length / 4), concurrency);
      const { cpu } = await costOf(measured, () => readPages(product, paths, concurrency));
      costs[name] = sum(cpu.values()) / paths.length;
    }
    const tickets = await listTickets(client, seller, orders);
    await untilOrderable(client, seller, tickets);
    const taken = await costOf(measured, () => orderTickets(client, buyers, tickets, 16));
    costs['order'] = sum(taken.cpu.values()) / orders;
    costs['claim (tickets)'] = (taken.cpu.get('tickets') ?? 0) / orders;
    costs['seconds for an order'] = taken.result.seconds / orders;
    const orderIds = taken.result.orders.map(({ id }) => id);
    const [first] = await mongo
      .db('orders')
      .collection<{ _id: string; expiresAt: Date }>('orders')
      .find({ _id: { $in: orderIds } })
      .sort({ expiresAt: 1 })
      .limit(1)
      .toArray();
    await delay(Math.max(0, required(first, 'order').expiresAt.getTime() - Date.now() - 500));
    const expired = await costOf(measured, () => untilExpired(mongo, orderIds, tickets));
    costs['expiry of a hold'] = sum(expired.cpu.values()) / orders;
    await untilIdle(measured);
    costs['baseline'] = (before + (await inserts.cpu(2 * requests))) / 2;
    return costs;
  } finally {
    await inserts.stop();
    await mongo.close();
  }
};

/** CPU milliseconds of a whole audit for each stored order, its own and mongod's. It fails if the audit finds anything. */
const auditCost = async ({ dataDir, process: processOf }: MeasuredProduct, stored: number): Promise<number> => {
  const sources = openSources(await findAddresses({ DATA_DIR: dataDir }, dataDir));
  const self = { name: 'bench', pid: process.pid };
  try {
    const { result, cpu } = await costOf([self, processOf('mongod')], () => auditProduct(sources));
    const [violation] = result.violations;
    if (violation !== undefined)
      throw new Error(
        `the audit: ${result.violations.length} violations, such as ${violation.check}: ${violation.text}`,
      );
    return sum(cpu.values()) / stored;
  } finally {
    await sources.close();
  }
};

/**
 * How MongoDB finds what an operation needs, as `explain` would summarise it, and how many documents it examines in vain at most,
 * for each shape of the product's operations.
 */
type Plans = ReadonlyMap<string, { readonly plans: ReadonlySet<string>; readonly inVain: number }>;

const inVainOf = ({ docsExamined = 0, nreturned = 0, nMatched = 0, ndeleted = 0 }: Document): number =>
  Math.max(0, Number(docsExamined) - Math.max(Number(nreturned), Number(nMatched), Number(ndeleted)));

const readPlans = async (product: MeasuredProduct, events: readonly string[], count: number): Promise<Plans> => {
  const mongo = await new MongoClient(product.mongoUrl('admin')).connect();
  try {
    const { entries } = await profiled(mongo, await databaseNames(mongo), async () => {
      await takeJourneys(product.client, product, count, 4);
      await readPages(product, [...searches(20), ...eventPages(events, 20), ...firstPages(1)], 2);
      // What workers search for.
      await delay(5_000);
    });
    const plans = new Map<string, { plans: Set<string>; inVain: number }>();
    for (const entry of entries) {
      if (entry['planSummary'] === undefined) continue;
      const shape = shapeOf(entry);
      const known = plans.get(shape) ?? { plans: new Set<string>(), inVain: 0 };
      known.plans.add(String(entry['planSummary']));
      known.inVain = Math.max(known.inVain, inVainOf(entry));
      plans.set(shape, known);
    }
    return plans;
  } finally {
    await mongo.close();
  }
};

/** Operations with a plan that they did not have before, or that examine more documents in vain than before. */
const changedPlans = (before: Plans, after: Plans): string[] =>
  [...after].flatMap(([shape, { plans, inVain }]) => {
    const earlier = before.get(shape);
    if (earlier === undefined) return [];
    const other = [...plans].filter((plan) => !earlier.plans.has(plan));
    if (other.length > 0) return [`${shape}: ${[...earlier.plans].join(' or ')} → ${other.join(', ')}`];
    // Batches of workers differ by what has just arrived.
    const isMore = inVain > 2 * earlier.inVain + 20;
    return isMore ? [`${shape}: examines ${inVain} documents in vain, ${earlier.inVain} before`] : [];
  });

const memoryOf = async ({ processes }: MeasuredProduct): Promise<number> =>
  sum(await Promise.all(processes.filter(({ name }) => services.includes(name)).map(({ pid }) => residentBytes(pid))));

/** Orders that hold their tickets for good, as most do. */
const sold: Document = { status: 'complete', keepsTicket: true };

/**
 * The same work with 1,000 and with 100,000 stored tickets and orders, and its plans with 1,000 and with 1,000,000. What is stored
 * are copies of a listing and its cancelled order, in every database, so that the audit finds nothing.
 */
export const growth: Scenario = {
  name: 'growth',
  run: async (bench) => {
    const product = await bench.freshProduct({ EXPIRATION_WINDOW_SECONDS: String(window) });
    const [many, most] = [100_000 * bench.scale, 1_000_000 * bench.scale];
    const sizes = { requests: Math.max(100, 400 * bench.scale), orders: Math.max(100, 500 * bench.scale) };
    const [first, second] = [await takeTemplates(product, early), await takeTemplates(product, later)];
    const events = eventsOfCopies(first, 0, few);
    const at = async (stored: number) => {
      const costs = await product.whileFrozen(apart, async () => {
        await measureCosts(product, events, { requests: 100, orders: 50 });
        return measureCosts(product, events, sizes);
      });
      const audit = await auditCost(product, stored);
      return { stored, costs, audit, megabytes: (await memoryOf(product)) / 1_048_576 };
    };
    await storeCopies(product, first, { start: 0, end: few });
    const plansOfFew = await readPlans(product, events, 20);
    const one = await at(few);
    const begun = performance.now();
    await storeCopies(product, second, { start: few, end: many });
    const seconds = (performance.now() - begun) / 1_000;
    const other = await at(many);
    await storeCopies(product, second, { start: many, end: most, changes: sold });
    const plansOfMost = await readPlans(product, events, 20);
    const changed = changedPlans(plansOfFew, plansOfMost);
    const ratio = (name: string): number =>
      ((other.costs[name] ?? NaN) / (other.costs['baseline'] ?? NaN)) *
      ((one.costs['baseline'] ?? NaN) / (one.costs[name] ?? NaN));
    const names = Object.keys(one.costs).filter((name) => name !== 'baseline' && !name.startsWith('seconds'));
    const sizesText = `${many} stored, of that with ${few}`;
    return {
      notes: [
        ...[one, other].map(
          ({ stored, costs, audit, megabytes }) =>
            `${stored}: ${Object.entries(costs)
              .filter(([name]) => !name.startsWith('seconds'))
              .map(([name, cost]) => `${name} ${cost.toFixed(2)}`)
              .join(', ')} CPU ms; ${(1 / (costs['seconds for an order'] ?? NaN)).toFixed(0)} orders/s; audit ` +
            `${audit.toFixed(3)} CPU ms an order; services ${megabytes.toFixed(0)} MB`,
        ),
        `${many - few} copies were stored in ${seconds.toFixed(0)} s`,
        `${plansOfFew.size} shapes of operations with ${few}, ${plansOfMost.size} with ${most}`,
        ...changed,
      ],
      figures: [
        ...names.map((name) => atMost(`${name}: CPU with ${sizesText}`, ratio(name), 1.1, '×')),
        atMost(`audit, for each order: CPU with ${sizesText}`, other.audit / one.audit, 1.1, '×'),
        atMost(`operations with other plans with ${most} than with ${few} stored`, changed.length, 0, ''),
      ],
      details: {
        few: one,
        many: other,
        changed,
        plans: Object.fromEntries(
          [...plansOfMost].map(([shape, { plans, inVain }]) => [shape, { plans: [...plans], inVain }]),
        ),
      },
    };
  },
};
