import { findChromium } from '@ticketing/test/find-chromium';
import { openHttpClient, type HttpClient, type HttpResponse } from '@ticketing/test/http-client';
import { chromium } from 'playwright-core';
import { markupOf, type PageMarkup } from '../baseline/page-markup.ts';
import { startBareNext } from '../baseline/start-bare-next.ts';
import { startRouterTo } from '../baseline/start-baseline.ts';
import { costOf, sum, type MeasuredProcess } from '../cpu.ts';
import { atLeast } from '../figure.ts';
import { inParallel } from '../in-parallel.ts';
import type { MeasuredProduct, Scenario } from '../scenario.ts';
import { textOf } from '../users.ts';
import { until } from './journeys.ts';
import { eventPage } from './page-vitals.ts';

/** What a page costs while it is requested without a pause. */
interface PageCost {
  readonly perSecond: number;
  /** CPU milliseconds of a page: of the process that renders it, and of all processes but the load generator. */
  readonly siteCpu: number;
  readonly cpu: number;
}

interface PageCosts {
  readonly site: PageCost;
  readonly bare: PageCost;
  /** With a query that nobody else has, so that it is rendered for each request. */
  readonly rendered: PageCost;
}

const concurrency = 8;
const rounds = 4;
const [events, seats] = [6, 8];
/** What a browser sends with a request of a page, as far as servers care. */
const ofBrowser = { accept: 'text/html', 'accept-encoding': 'gzip' };

const get = async (client: HttpClient, path: string): Promise<HttpResponse> => {
  const response = await client.send({ method: 'GET', path });
  if (response.status !== 200) throw new Error(`GET ${path}: ${response.status}`);
  return response;
};

/** Listings of some events; returns the paths of the home page, of the page of an event and of one of its tickets. */
const prepare = async (client: HttpClient, seller: string): Promise<ReadonlyMap<string, string>> => {
  let newest = '';
  for (let index = 0; index < events * seats; index += 1) {
    const event = Math.floor(index / seats);
    const body = {
      title: `An evening of jazz, number ${event}`,
      price: 40 + index,
      category: 'concerts',
      startsAt: new Date(Date.UTC(2030, 5, 1 + event, 18)).toISOString(),
      venue: `Hall ${event}`,
      city: 'Vienna',
      timeZone: 'Europe/Vienna',
      seat: String((index % seats) + 1),
      description: 'I bought this ticket for a friend, who has moved away since. The view is good.',
    };
    newest = textOf(await client.send({ method: 'POST', path: '/api/tickets', cookie: seller, body }), 'id');
  }
  const event = await eventPage(client, newest);
  await until(
    () => client.send({ method: 'GET', path: `/api${event}` }),
    ({ body }) => typeof body !== 'object' || body === null || !('onSale' in body) || body.onSale !== seats,
    50,
  );
  return new Map([
    ['home', '/'],
    ['event', event],
    ['ticket', `/tickets/${newest}`],
  ]);
};

const readMarkup = async (url: string, paths: ReadonlyMap<string, string>): Promise<Map<string, PageMarkup>> => {
  const client = openHttpClient(url, { connections: 1 });
  const browser = await chromium.launch({ executablePath: await findChromium(process.env, () => undefined) });
  try {
    const page = await browser.newPage();
    const markup = new Map<string, PageMarkup>();
    for (const [name, path] of paths) markup.set(name, await markupOf(page, String((await get(client, path)).body)));
    return markup;
  } finally {
    await Promise.all([browser.close(), client.close()]);
  }
};

/** A server, the processes that it consists of, and the one of them that renders its pages. */
interface Server {
  readonly url: string;
  readonly processes: readonly MeasuredProcess[];
  readonly renderer: string;
}

const costOfPage = async (
  { url, processes, renderer }: Server,
  count: number,
  pathOf: (index: number) => string,
): Promise<PageCost> => {
  const client = openHttpClient(url, { connections: concurrency, headers: ofBrowser });
  const { result: seconds, cpu } = await costOf(processes, () =>
    inParallel(count, concurrency, async (index) => {
      await get(client, pathOf(index));
    }),
  );
  await client.close();
  return { perSecond: count / seconds, siteCpu: (cpu.get(renderer) ?? 0) / count, cpu: sum(cpu.values()) / count };
};

const mean = (costs: readonly PageCost[]): PageCost => {
  const of = (figure: keyof PageCost) => sum(costs.map((cost) => cost[figure])) / costs.length;
  return { perSecond: of('perSecond'), siteCpu: of('siteCpu'), cpu: of('cpu') };
};

/**
 * Measures the home page and the pages of an event and a ticket, without a session, and pages of a bare Next app with the same
 * markup behind the same router. They take turns, so that changes in the machine's speed affect all of them.
 *
 * @throws Error if the bare pages have other markup.
 */
const measurePages = async (
  { client, seller, loopbackUrl, processes }: MeasuredProduct,
  requests: number,
): Promise<Map<string, PageCosts>> => {
  const paths = await prepare(client, seller);
  const markup = await readMarkup(loopbackUrl, paths);
  const bare = await startBareNext(Object.fromEntries(markup));
  const router = await startRouterTo(bare.url, '/home');
  try {
    const barePaths = new Map([...paths.keys()].map((name) => [name, `/${name}`]));
    for (const [name, found] of await readMarkup(router.url, barePaths))
      if (JSON.stringify(found) !== JSON.stringify(markup.get(name)))
        throw new Error(`the bare ${name} page has other markup`);
    const site = { url: loopbackUrl, processes, renderer: 'client' };
    const bareProcesses = [
      { name: 'next', pid: bare.pid },
      { name: 'router', pid: router.pid },
    ];
    const bareSite = { url: router.url, processes: bareProcesses, renderer: 'next' };
    const costs = new Map<string, PageCosts>();
    for (const [name, path] of paths) {
      let used = 0;
      const measure = async (count: number): Promise<PageCosts> => {
        const first = used;
        used += count;
        return {
          site: await costOfPage(site, count, () => path),
          bare: await costOfPage(bareSite, count, () => `/${name}`),
          rendered: await costOfPage(site, count, (index) => `${path}?n=${first + index}`),
        };
      };
      // The first requests are slow: they are compiled.
      await measure(requests / 2);
      const all: PageCosts[] = [];
      for (let round = 0; round < rounds; round += 1) all.push(await measure(requests / rounds));
      costs.set(name, {
        site: mean(all.map((one) => one.site)),
        bare: mean(all.map((one) => one.bare)),
        rendered: mean(all.map((one) => one.rendered)),
      });
    }
    return costs;
  } finally {
    await router.stop();
    await bare.stop();
  }
};

const costText = ({ perSecond, siteCpu, cpu }: PageCost): string =>
  `${perSecond.toFixed(0)}/s, ${siteCpu.toFixed(1)} CPU ms (${cpu.toFixed(1)} of all processes)`;

export const pages: Scenario = {
  name: 'pages',
  run: async (bench) => {
    const costs = [...(await measurePages(await bench.product(), 600 * bench.scale))];
    return {
      // CPU depends less than rates on what else runs. That of the services counts, too: the bare pages need none.
      figures: costs.map(([name, { site, bare }]) =>
        atLeast(
          `CPU of a bare Next page with the markup of the ${name} page, of that of the page`,
          bare.cpu / site.cpu,
          0.7,
          '×',
        ),
      ),
      notes: costs.map(
        ([name, { site, bare, rendered }]) =>
          `${name}: ${costText(site)}; bare: ${costText(bare)}; rendered for each request: ${costText(rendered)}`,
      ),
      details: Object.fromEntries(costs),
    };
  },
};
