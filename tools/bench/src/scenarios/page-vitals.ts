import { findChromium } from '@ticketing/test/find-chromium';
import type { HttpClient } from '@ticketing/test/http-client';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type Browser } from 'playwright-core';
import { z } from 'zod';
import { required } from '@ticketing/launcher/required';
import { percentile } from '@ticketing/test/percentile';
import { atMost } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { textOf } from '../users.ts';
import { until } from './journeys.ts';

/**
 * How a page was for a visitor: largest contentful paint and interaction to next paint in milliseconds, and the sum of its layout
 * shifts.
 *
 * @see https://web.dev/articles/vitals
 */
interface Vitals {
  readonly LCP: number;
  readonly CLS: number;
  readonly INP: number;
}

const phone = { width: 375, height: 812 };
const slowdown = 4;
const library = readFileSync(new URL('web-vitals.iife.js', import.meta.resolve('web-vitals')), 'utf8');

/** Keeps the last value of each in `vitals`; interactions of 16 ms and more count, so that few pages have none. */
const collect = `
  window.vitals = { CLS: 0, INP: 0 };
  const keep = ({ name, value }) => { window.vitals[name] = value; };
  const options = { reportAllChanges: true, durationThreshold: 16 };
  webVitals.onLCP(keep, options);
  webVitals.onCLS(keep, options);
  webVitals.onINP(keep, options);
`;
const read = z.object({ LCP: z.number(), CLS: z.number(), INP: z.number() });

/** Loads a page on a phone whose processor is slowed down, and uses its menu and its first fields. */
const visit = async (browser: Browser, origin: string, path: string, session: string): Promise<Vitals> => {
  const context = await browser.newContext({ baseURL: origin, viewport: phone, hasTouch: true, isMobile: true });
  try {
    const [name = '', ...value] = session.split('=');
    await context.addCookies([{ name, value: value.join('='), url: origin }]);
    await context.addInitScript(`${library};${collect}`);
    const page = await context.newPage();
    const devTools = await context.newCDPSession(page);
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.goto(path, { waitUntil: 'networkidle' });
    await page.waitForFunction('window.vitals.LCP !== undefined');
    const { LCP } = z.object({ LCP: z.number() }).parse(await page.evaluate('window.vitals'));
    const menu = page.locator('header summary').first();
    await menu.click();
    await menu.click();
    const field = page.locator('main').getByRole('textbox').or(page.locator('main').getByRole('combobox')).first();
    if (await field.isVisible()) {
      await field.click();
      await page.keyboard.type('jazz', { delay: 50 });
    } else await page.keyboard.press('Tab');
    // What an interaction has changed is painted, and reported, after it.
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestIdleCallback(done, { timeout: 1000 })))',
    );
    await delay(500);
    return { ...read.parse(await page.evaluate('window.vitals')), LCP };
  } finally {
    await context.close();
  }
};

/** The page of a ticket's event, once there is one. */
export const eventPage = async (client: HttpClient, ticketId: string): Promise<string> => {
  const ticket = await until(
    () => client.send({ method: 'GET', path: `/api/tickets/${ticketId}` }),
    ({ body }) => typeof body !== 'object' || body === null || !('eventId' in body),
    50,
  );
  return `/events/${textOf(ticket, 'eventId')}`;
};

/** A listing with an event, and an order of another ticket of that event which waits for its payment; returns the pages. */
const preparePages = async (client: HttpClient, seller: string, buyer: string): Promise<Record<string, string>> => {
  const list = async (seat: string): Promise<string> => {
    const body = {
      title: 'An evening of jazz',
      price: 40,
      category: 'concerts',
      startsAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
      venue: 'Hall',
      city: 'Vienna',
      seat,
    };
    return textOf(await client.send({ method: 'POST', path: '/api/tickets', cookie: seller, body }), 'id');
  };
  const shown = await list('1');
  const held = await list('2');
  const order = await until(
    () => client.send({ method: 'POST', path: '/api/orders', cookie: buyer, body: { ticketId: held } }),
    ({ status }) => status === 404,
    50,
  );
  const orderPath = `/orders/${textOf(order, 'id')}`;
  await until(
    () => client.send({ method: 'GET', path: `/api${orderPath}`, cookie: buyer }),
    (response) => textOf(response, 'status') !== 'awaiting:payment',
    50,
  );
  return {
    home: '/',
    event: await eventPage(client, shown),
    ticket: `/tickets/${shown}`,
    order: orderPath,
  };
};

/** The vitals of the home page, and of the pages of an event, a ticket and an order, each loaded `visits` times without a cache. */
const visitPages = async (
  client: HttpClient,
  origin: string,
  options: { readonly seller: string; readonly buyer: string; readonly visits: number },
): Promise<Record<string, Vitals[]>> => {
  const pages = await preparePages(client, options.seller, options.buyer);
  const browser = await chromium.launch({
    executablePath: await findChromium(process.env, () => undefined),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const measured: Record<string, Vitals[]> = {};
    for (const [name, path] of Object.entries(pages)) {
      // The server is slower at the first request of a page than at any later one.
      await visit(browser, origin, path, options.buyer);
      measured[name] = [];
      for (let index = 0; index < options.visits; index += 1)
        required(measured[name], name).push(await visit(browser, origin, path, options.buyer));
    }
    return measured;
  } finally {
    await browser.close();
  }
};

export const pageVitals: Scenario = {
  name: 'page-vitals',
  run: async (bench) => {
    const { client, url, seller, buyer } = await bench.product();
    const pages = await visitPages(client, url, { seller, buyer, visits: bench.scale < 1 ? 3 : 5 });
    const figures = Object.entries(pages).flatMap(([name, visits]) => {
      const quartile = (vital: keyof Vitals) =>
        percentile(
          visits.map((one) => one[vital]),
          0.75,
        );
      return [
        atMost(`LCP of the ${name} page, processor 4 × slower, p75`, quartile('LCP'), 2_500, 'ms'),
        atMost(`CLS of the ${name} page, p75`, quartile('CLS'), 0.05, ''),
        atMost(`INP of the ${name} page, processor 4 × slower, p75`, quartile('INP'), 200, 'ms'),
      ];
    });
    return { figures, details: pages };
  },
};
