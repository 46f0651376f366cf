import { percentile } from '@ticketing/test/percentile';
import type { ProductProcess } from '@ticketing/test/start-product';
import type { HttpClient } from '@ticketing/test/http-client';
import { MongoClient, type Collection } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { costOf, sum } from '../cpu.ts';
import { atMost, type Figure } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { idOf } from './catalogue.ts';

type Stored = Collection<{ _id: string }>;

const categories = ['sports', 'concerts', 'theatre', 'comedy', 'festivals', 'other'] as const;
const cities = ['Zürich', 'London', 'New York', '東京', 'Bern', 'Kraków', 'München', 'Lyon', 'São Paulo', 'Seoul'];
const syllables = [
  'ba',
  'cor',
  'del',
  'fin',
  'ga',
  'hol',
  'jun',
  'kal',
  'lum',
  'mor',
  'nes',
  'pra',
  'quo',
  'ras',
  'sil',
  'tor',
];

/** A word of three syllables, the same for the same number: 4,096 different ones. */
const wordOf = (number: number): string =>
  [number, number >> 4, number >> 8].map((part) => syllables[part % syllables.length]).join('');

/** A number that looks random and is the same in each run. */
const hash = (index: number, salt: number): number => Math.imul(index ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b) >>> 8;

const listing = (index: number) => {
  const event = Math.floor(index / 5);
  const city = cities[hash(event, 1) % cities.length] ?? 'Bern';
  return {
    title: `${wordOf(hash(event, 2))} ${wordOf(hash(event, 3))} ${event % 3 === 0 ? 'Live Tour' : 'Night'}`,
    // Of these two words every listing has one and none has both.
    venue: `${event % 2 === 0 ? 'Arena' : 'Opera'} ${wordOf(hash(event, 4))}${city === '東京' ? ' 東京ドーム' : ''}`,
    city,
    category: categories[hash(event, 5) % categories.length],
    description: Array.from({ length: 20 }, (_, word) => wordOf(hash(index, 10 + word))).join(' '),
    startsAt: new Date(Date.now() + (1 + (hash(event, 6) % 500)) * 86_400_000),
    price: 1_000 + (hash(index, 7) % 20_000),
    seat: String(index % 5),
  };
};

/**
 * Stores listings as the release without search keys did, and waits until the product has given them keys and counted their
 * events. Returns how many seconds that took.
 */
const storeListings = async (ticketsMongoUrl: string, count: number): Promise<number> => {
  const client = await new MongoClient(ticketsMongoUrl).connect();
  try {
    const tickets: Stored = client.db().collection('tickets');
    const start = performance.now();
    for (let index = 0; index < count; index += 1_000) {
      await tickets.insertMany(
        Array.from({ length: Math.min(1_000, count - index) }, (_, offset) => ({
          _id: idOf('ffff', index + offset),
          version: 0,
          revision: 0,
          outbox: [],
          closedOrders: [],
          userId: idOf('bbbb', (index + offset) % 100),
          availability: 'on_sale',
          createdAt: new Date(Date.now() - (index + offset) * 1_000),
          ...listing(index + offset),
        })),
      );
    }
    const unfinished = { $or: [{ 'keysOf.revision': null }, { uncounted: { $exists: true } }] };
    while ((await tickets.countDocuments(unfinished, { limit: 1 })) > 0) await delay(500);
    return (performance.now() - start) / 1_000;
  } finally {
    await client.close();
  }
};

/** What is searched for, by kind; the number makes each a search that no cache has. */
const searches: Readonly<Record<string, (number: number) => Readonly<Record<string, string>>>> = {
  'a beginning that many words have': (number) => ({ q: syllables[number % syllables.length] ?? '' }),
  'a rare word': (number) => ({ q: wordOf(number * 7) }),
  'two words that many listings have': () => ({ q: 'live arena' }),
  'two words that many listings have, and none has both': () => ({ q: 'arena opera' }),
  'two characters of Chinese': () => ({ q: '東京' }),
  'a common word in a category and a city': (number) => ({
    q: 'arena',
    category: categories[number % categories.length] ?? '',
    city: cities[number % cities.length] ?? '',
  }),
  'a common word, by price, up to a price': (number) => ({ q: 'night', sort: 'price', maxPrice: `${20 + number}` }),
  'a common word, by date, from a day on': (number) => ({
    q: 'opera',
    sort: 'date',
    from: new Date(Date.now() + number * 86_400_000).toISOString(),
  }),
  'a beginning, a price and a day, the newest': (number) => ({
    q: 'tor',
    minPrice: '15',
    maxPrice: `${30 + number}`,
    from: new Date(Date.now() + 86_400_000).toISOString(),
  }),
};

/** Milliseconds of one kind of search: of the responses, and of the CPU of all processes for one. */
interface Searched {
  readonly p50: number;
  readonly p95: number;
  readonly cpu: number;
}

/** Measures each kind of search, one request at a time. */
const measureSearches = async (
  client: HttpClient,
  path: '/api/tickets' | '/api/events',
  count: number,
  processes: readonly ProductProcess[],
): Promise<Readonly<Record<string, Searched>>> => {
  const results: Record<string, Searched> = {};
  for (const [kind, queryOf] of Object.entries(searches)) {
    const times: number[] = [];
    const { cpu } = await costOf(processes, async () => {
      for (let number = 0; number < count; number += 1) {
        const query = new URLSearchParams({ ...queryOf(number), limit: String(1 + (number % 100)) });
        const { status, milliseconds } = await client.send({ method: 'GET', path: `${path}?${query.toString()}` });
        times.push(milliseconds);
        if (status !== 200) throw new Error(`${kind}: ${status}`);
      }
    });
    results[kind] = { p50: percentile(times, 0.5), p95: percentile(times, 0.95), cpu: sum([...cpu.values()]) / count };
  }
  return results;
};

export const search: Scenario = {
  name: 'search',
  run: async (bench) => {
    const { client, mongoUrl, processes } = await bench.product();
    const count = 100_000 * bench.scale;
    const seconds = await storeListings(mongoUrl('tickets'), count);
    const notes = [`${count} listings of the release before have got keys and events after ${seconds.toFixed(0)} s`];
    const figures: Figure[] = [];
    const kinds: Record<string, unknown> = {};
    for (const path of ['/api/tickets', '/api/events'] as const) {
      await measureSearches(client, path, 10, processes);
      const measured = await measureSearches(client, path, 100, processes);
      kinds[path] = measured;
      for (const [kind, { p50, p95, cpu }] of Object.entries(measured)) {
        notes.push(`${path}, ${kind}: p50 ${p50.toFixed(0)} ms, ${cpu.toFixed(1)} CPU ms`);
        figures.push(atMost(`${path}, ${kind}, p95 at rest`, p95, 50, 'ms'));
      }
    }
    return { notes, figures, details: { count, seconds, ...kinds } };
  },
};
