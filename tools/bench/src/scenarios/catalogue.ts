import { MongoClient } from 'mongodb';
import { openHttpClient } from '@ticketing/test/http-client';
import { startBaseline, startRouterTo } from '../baseline/start-baseline.ts';
import { costOf, costOfOne, sum } from '../cpu.ts';
import { atLeast } from '../figure.ts';
import { inParallel } from '../in-parallel.ts';
import { median } from '../median.ts';
import type { Scenario } from '../scenario.ts';
import { untilIdle } from '../until-idle.ts';

/** An id in the product's format; ids with a larger index sort later. */
export const idOf = (prefix: string, index: number): string =>
  prefix + index.toString(16).padStart(24 - prefix.length, '0');

/** Inserts `count` tickets directly into the database of tickets; the scenario only lists them. */
export const fillCatalogue = async (ticketsMongoUrl: string, count: number): Promise<void> => {
  const client = await new MongoClient(ticketsMongoUrl).connect();
  const tickets = client.db().collection<{ _id: string }>('tickets');
  const categories = ['sports', 'concerts', 'theatre', 'comedy', 'festivals', 'other'];
  for (let start = 0; start < count; start += 1_000) {
    await tickets.insertMany(
      Array.from({ length: Math.min(1_000, count - start) }, (_, offset) => {
        const index = start + offset;
        return {
          _id: idOf('aaaa', index),
          version: 0,
          revision: 0,
          outbox: [],
          closedOrders: [],
          title: `Event ${index}`,
          price: 1_000 + (index % 20_000),
          userId: idOf('bbbb', index % 100),
          availability: 'on_sale',
          category: categories[index % categories.length],
          venue: `Hall ${index % 50}`,
          city: `City ${index % 30}`,
          cityKey: `city ${index % 30}`,
          startsAt: new Date(Date.now() + index * 60_000),
          createdAt: new Date(Date.now() - index * 1_000),
        };
      }),
    );
  }
  await client.close();
};

const rounds = 40;
const warmUpRounds = 5;

/**
 * Measures the rate of the list's first page as a share of the rate of a baseline server that sends the same bytes behind
 * the same router and middleware. The two alternate in short rounds, so that changes in the machine's speed affect both; the share is the
 * median of the rounds, the first of which are left out, since their code is not compiled yet.
 */
const shareOfBareHandler = async (
  productUrl: string,
  mongoUrl: string,
  requests: number,
): Promise<{ readonly share: number; readonly shares: readonly number[]; readonly rate: number }> => {
  const page = await startBaseline('page', mongoUrl, `${productUrl}/api/tickets`);
  const router = await startRouterTo(page.url);
  const rateOf = async (url: string): Promise<number> => {
    const client = openHttpClient(url, { connections: 32 });
    const count = requests / rounds;
    const seconds = await inParallel(count, 32, async () => {
      const { status } = await client.send({ method: 'GET', path: '/api/tickets' });
      if (status !== 200) throw new Error(`list: ${status}`);
    });
    await client.close();
    return count / seconds;
  };
  const measured: { readonly rate: number; readonly share: number }[] = [];
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    const rate = await rateOf(productUrl);
    measured.push({ rate, share: rate / (await rateOf(router.url)) });
  }
  await router.stop();
  await page.stop();
  const warm = measured.slice(warmUpRounds);
  const shares = warm.map(({ share }) => share);
  return { share: median(shares), shares, rate: median(warm.map(({ rate }) => rate)) };
};

export const list: Scenario = {
  name: 'list',
  run: async (bench) => {
    const { client, mongoUrl, loopbackUrl, processes } = await bench.product();
    await fillCatalogue(mongoUrl('tickets'), 10_000 * bench.scale);
    // A worker gives these listings their keys and events first.
    await untilIdle(processes);
    const rates = await shareOfBareHandler(loopbackUrl, mongoUrl('bench-baseline'), 40_000 * bench.scale);
    const count = 10_000 * bench.scale;
    const { cpu } = await costOf(processes, () =>
      inParallel(count, 32, async () => {
        await client.send({ method: 'GET', path: '/api/tickets' });
      }),
    );
    return {
      notes: [`one of 32 at a time: ${(sum(cpu.values()) / count).toFixed(2)} CPU ms`],
      figures: [atLeast('first page of 10 000 tickets, share of a bare handler', rates.share, 0.85, '×')],
      details: { ...rates, cpuMilliseconds: costOfOne(cpu, count) },
    };
  },
};
