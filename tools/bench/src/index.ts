import { required } from '@ticketing/launcher/required';
import { openHttpClient, type HttpClient } from '@ticketing/test/http-client';
import { percentile } from '@ticketing/test/percentile';
import { startProduct, type ProductProcess } from '@ticketing/test/start-product';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chart } from './chart.ts';
import { costOf, sum } from './cpu.ts';
import { catalogue, fillCatalogue } from './scenarios/catalogue.ts';
import { expiry } from './scenarios/expiry.ts';
import { firstPayment } from './scenarios/first-payment.ts';
import { hotTicket } from './scenarios/hot-ticket.ts';
import { flashSale, listTickets, untilOrderable } from './scenarios/flash-sale.ts';
import { measureBaseline } from './scenarios/baseline.ts';
import { journeys, summary } from './scenarios/journeys.ts';
import { pageVitals } from './scenarios/page-vitals.ts';
import { search, storeListings } from './scenarios/search.ts';
import { openStreams, replicasOf, updates } from './scenarios/streams.ts';
import { orderRate, storeOrders } from './scenarios/stored-orders.ts';
import { signUp } from './users.ts';

const { values } = parseArgs({
  options: {
    journeys: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
  },
});
const isSelected = (name: string): boolean => values.only === '' || values.only.split(',').includes(name);
const scale = values.quick ? 0.1 : 1;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const results: Record<string, unknown> = {
  date: new Date().toISOString(),
  machine: `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
};
const rows: { name: string; value: number; bound: number; unit: string; atMost: boolean }[] = [];
const record = (name: string, value: number, bound: number, unit: string, atMost: boolean): void => {
  rows.push({ name, value, bound, unit, atMost });
  const kept = atMost ? value <= bound : value >= bound;
  print(`${kept ? 'ok  ' : 'MISS'} ${name}: ${value.toFixed(2)} ${unit} (${atMost ? '≤' : '≥'} ${bound})`);
};

const users = async (client: HttpClient, prefix: string, count: number): Promise<string[]> => {
  const sessions: string[] = [];
  for (let start = 0; start < count; start += 10) {
    const group = Array.from(
      { length: Math.min(10, count - start) },
      (_, offset) => `${prefix}${start + offset}@bench.example`,
    );
    sessions.push(...(await Promise.all(group.map((email) => signUp(client, email)))));
  }
  return sessions;
};

const findProcess = (processes: readonly ProductProcess[], name: string): ProductProcess => {
  return required(
    processes.find((process) => process.name === name),
    `${name} in processes.json`,
  );
};

const databaseOf = (mongoUrl: string, database: string): string => {
  const url = new URL(mongoUrl);
  url.pathname = `/${database}`;
  return url.href;
};

print('starting the product');
// Few accounts hold many tickets.
const limits = { MAX_LIVE_HOLDS: '10000' };
const product = await startProduct({ settings: limits });
try {
  const processes = product.processes();
  const mongod = findProcess(processes, 'mongod');
  const client = openHttpClient(product.loopbackUrl, { connections: 64 });
  const sellers = await users(client, 'seller', 8);
  const buyers = await users(client, 'buyer', 40);
  const seller = required(sellers[0], 'seller');

  const baseline = await measureBaseline(databaseOf(mongod.url, 'bench-baseline'), mongod, {
    requests: 10_000 * scale,
    burst: 500,
  });
  results.baseline = baseline;
  print(
    `baseline: node:http ${baseline.bareRate.toFixed(0)}/s, Express ${baseline.expressRate.toFixed(0)}/s, Express + insert ` +
      `${baseline.insertRate.toFixed(0)}/s at ${baseline.insertCpu.toFixed(3)} CPU ms`,
  );

  if (isSelected('rest')) {
    await journeys(client, { sellers, buyers }, 50, 1);
    const { times } = await journeys(client, { sellers, buyers }, 300 * scale, 1);
    const confirmed = sum(times.confirmed) / times.confirmed.length;
    results.atRest = {
      confirmed,
      orderable: summary(times.orderable),
      paid: summary(times.paid),
      complete: summary(times.complete),
    };
    record('ticket orderable after its 201, p99 at rest', summary(times.orderable).p99, 200, 'ms', true);
    record('orders that are confirmed in their 201, at rest', confirmed, 0.95, '', false);
    record('order paid after its 201, p99 at rest', summary(times.paid).p99, 200, 'ms', true);
  }

  if (isSelected('first-payment')) {
    const delayMs = 300;
    const { url } = findProcess(processes, 'stripe-sandbox');
    const times = await firstPayment(client, url, { sellers, buyers }, { delayMs, count: Math.max(10, 50 * scale) });
    results.firstPayment = times;
    record(`first payment at ${delayMs} ms per call of Stripe, median`, times.p50, 450, 'ms', true);
  }

  if (isSelected('journeys')) {
    const count = Number(values.journeys) * scale;
    await journeys(client, { sellers, buyers }, Math.max(100, count / 5), 32);
    const { result, cpu } = await costOf(processes, () => journeys(client, { sellers, buyers }, count, 32));
    const perJourney = new Map([...cpu].map(([name, spent]) => [name, spent / count]));
    const withoutMail = [...perJourney].filter(([name]) => name !== 'notifications' && name !== 'mailbox');
    const total = sum(withoutMail.map(([, spent]) => spent));
    results.journeys = {
      perSecond: count / result.seconds,
      cpuMilliseconds: Object.fromEntries(perJourney),
      total,
      inBaselineRequests: total / baseline.insertCpu,
      orderable: summary(result.times.orderable),
      paid: summary(result.times.paid),
      complete: summary(result.times.complete),
    };
    for (const [name, spent] of perJourney) print(`     ${name}: ${spent.toFixed(2)} CPU ms per journey`);
    print(`     ${(count / result.seconds).toFixed(0)} journeys/s`);
    record('CPU of a whole journey, mail apart, in baseline requests', total / baseline.insertCpu, 50, '×', true);
  }

  if (isSelected('sale')) {
    const manyBuyers = await users(client, 'many-buyers', 500);
    const wide = openHttpClient(product.loopbackUrl, { connections: 500 });
    const first = await listTickets(client, seller, 100);
    await untilOrderable(client, seller, first);
    await flashSale(wide, manyBuyers, first);
    const tickets = await listTickets(client, seller, 100);
    await untilOrderable(client, seller, tickets);
    const sale = await flashSale(wide, manyBuyers, tickets);
    await wide.close();
    results.sale = sale;
    if (sale.held !== 100 || sale.failed !== 0) throw new Error(`flash sale: ${JSON.stringify(sale)}`);
    record('500 buyers on 100 tickets, p95 in baseline p95', sale.p95 / baseline.burstP95, 3, '×', true);
  }

  if (isSelected('stored')) {
    const ordersUrl = databaseOf(mongod.url, 'orders');
    const count = 1_000 * scale;
    await storeOrders(ordersUrl, 1_000);
    await orderRate(client, seller, buyers, count);
    const few = await orderRate(client, seller, buyers, count);
    await storeOrders(ordersUrl, 100_000 * scale);
    await orderRate(client, seller, buyers, count);
    const many = await orderRate(client, seller, buyers, count);
    results.stored = { few, many };
    record('orders per second with 100 000 stored, of that with 1 000', many / few, 0.9, '×', false);
  }

  if (isSelected('list')) {
    await fillCatalogue(databaseOf(mongod.url, 'tickets'), 10_000 * scale);
    const list = await catalogue(product.loopbackUrl, databaseOf(mongod.url, 'bench-baseline'), 20_000 * scale);
    results.list = list;
    record('first page of 10 000 tickets, share of a bare handler', list.share, 0.4, '×', false);
  }

  if (isSelected('hot-ticket')) {
    const hot = await hotTicket(databaseOf(mongod.url, 'bench-hot-ticket'), Math.max(3_000, 10_000 * scale));
    results.hotTicket = hot;
    record(
      `claim of a ticket after ${hot.cycles} orders and cancellations, of a first claim`,
      hot.ratio,
      1.2,
      '×',
      true,
    );
  }

  if (isSelected('search')) {
    const count = 100_000 * scale;
    const seconds = await storeListings(databaseOf(mongod.url, 'tickets'), count);
    print(`     ${count} listings of the release before have got keys and events after ${seconds.toFixed(0)} s`);
    const found: Record<string, unknown> = { count, seconds };
    for (const path of ['/api/tickets', '/api/events'] as const) {
      await search(client, path, 10, processes);
      const kinds = await search(client, path, 100, processes);
      found[path] = kinds;
      for (const [kind, { p50, p95, cpu }] of Object.entries(kinds)) {
        print(`     ${path}, ${kind}: p50 ${p50.toFixed(0)} ms, ${cpu.toFixed(1)} CPU ms`);
        record(`${path}, ${kind}, p95 at rest`, p95, 50, 'ms', true);
      }
    }
    results.search = found;
  }

  if (isSelected('page-vitals')) {
    const [buyer = ''] = buyers;
    const visits = values.quick ? 3 : 5;
    const pages = await pageVitals(client, product.url, { seller, buyer, visits });
    results.pageVitals = pages;
    for (const [name, all] of Object.entries(pages)) {
      const quartile = (vital: 'LCP' | 'CLS' | 'INP') =>
        percentile(
          all.map((one) => one[vital]),
          0.75,
        );
      record(`LCP of the ${name} page, processor 4 × slower, p75`, quartile('LCP'), 2_500, 'ms', true);
      record(`CLS of the ${name} page, p75`, quartile('CLS'), 0.05, '', true);
      record(`INP of the ${name} page, processor 4 × slower, p75`, quartile('INP'), 200, 'ms', true);
    }
  }
  await client.close();
} finally {
  await product.stop();
}

if (isSelected('expiry')) {
  const short = await startProduct({ settings: { ...limits, EXPIRATION_WINDOW_SECONDS: '5' } });
  try {
    const client = openHttpClient(short.loopbackUrl, { connections: 64 });
    const sellers = await users(client, 'seller', 1);
    const buyers = await users(client, 'buyer', 20);
    const times = await expiry(client, required(sellers[0], 'seller'), buyers, 200);
    results.expiry = times;
    record('200 holds at once on sale again after their deadline, p95', times.p95, 2, 's', true);
    await client.close();
  } finally {
    await short.stop();
  }
}

if (isSelected('streams')) {
  const twofold = await startProduct({ settings: { ...limits, REPLICAS: '2' } });
  try {
    const processes = twofold.processes();
    const client = openHttpClient(twofold.loopbackUrl, { connections: 64 });
    const [seller = ''] = await users(client, 'seller', 1);
    const [buyer = ''] = await users(client, 'buyer', 1);
    const replicas = {
      tickets: replicasOf(processes, 'tickets', openHttpClient),
      orders: replicasOf(processes, 'orders', openHttpClient),
    };
    const times = await updates(client, replicas, { seller, buyer }, 200);
    for (const [name, all] of Object.entries(times)) {
      print(`     ${name}: p50 ${percentile(all, 0.5).toFixed(0)} ms`);
      record(`200 updates of ${name} at a stream on the other replica, p95`, percentile(all, 0.95), 1_000, 'ms', true);
    }
    const count = 5_000 * scale;
    const { url } = findProcess(processes, 'mongod');
    await fillCatalogue(databaseOf(url, 'tickets'), count);
    const replica = findProcess(processes, 'tickets');
    const open = await openStreams(replicas.tickets.changing, replica, count, 5_000 * scale);
    print(
      `     list, p95: ${open.without.toFixed(1)} ms without streams, ${open.with.toFixed(1)} ms with them; ratios ${open.ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
    );
    record(`memory of a stream, of ${count}`, open.kilobytes, 40, 'KB', true);
    record(`p95 of the list with ${count} streams, of that without`, open.ratio, 1.3, '×', true);
    results.streams = {
      ...Object.fromEntries(
        Object.entries(times).map(([name, all]) => [name, { p50: percentile(all, 0.5), p95: percentile(all, 0.95) }]),
      ),
      open,
    };
    await Promise.all([client, replicas.tickets.changing, replicas.orders.changing].map((one) => one.close()));
  } finally {
    await twofold.stop();
  }
}

const folder = new URL('../results/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('latest.json', folder), `${JSON.stringify({ ...results, rows }, undefined, 2)}\n`);
await writeFile(new URL('latest.svg', folder), chart(rows));
print('written: tools/bench/results/latest.json, tools/bench/results/latest.svg');
