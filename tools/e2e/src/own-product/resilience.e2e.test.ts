import { expect } from '@jest/globals';
import { stream, withNats } from '@ticketing/chaos/stores';
import { isAlive } from '@ticketing/launcher/data-dir';
import { root } from '@ticketing/launcher/paths';
import { processesOf, type ProductProcess } from '@ticketing/test/start-product';
import { ticketPng, uploadRequest } from '@ticketing/test/ticket-file';
import { MongoClient } from 'mongodb';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFaults, openBrowser, openSession, phone } from '../browser.ts';
import { orderResponse, ticketResponse } from '../responses.ts';
import { eventually } from '../eventually.ts';
import { deliver, hold, list, orderOf, pay, signIn, signUp, ticketOf, untilOrder, type User } from '../user.ts';
import { stop } from '../product.ts';
import { pageRoutes } from '../site-pages.ts';
import { testOnThisMachine } from '../site.ts';
import { openStripeLedger } from '../stripe-ledger.ts';
import { useOwnProduct } from './use-own-product.ts';

const services = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'notifications', 'client'];
const everything = [...services, 'router', 'stripe-sandbox', 'mailbox', 'watchdog', 'nats', 'redis', 'mongod'];

/** Orders that a kill interrupts stay unpaid, more of them than an account may have by default. */
const settings = { MAX_LIVE_HOLDS: '1000' };

/** From the end of a process until a whole journey succeeds again. */
const recoveryTimeoutMs = 20_000;

const { running, dataDir, restart } = useOwnProduct(settings);

const named = (name: string): ProductProcess[] => processesOf(dataDir()).filter((process) => process.name === name);

const isReadyAgain = (name: string, ended: ProductProcess): Promise<void> =>
  eventually(async () => {
    const again = named(name).find(({ replica }) => replica === ended.replica);
    if (again === undefined || again.pid === ended.pid || !isAlive(again.pid)) throw new Error(`${name} is not back`);
    if (!again.url.startsWith('http') || name === 'router') return;
    const response = await fetch(new URL('/readyz', again.url));
    expect(response.status).toBe(200);
  }, recoveryTimeoutMs);

/** What the product has acknowledged, and the steps that failed. */
interface Acknowledged {
  readonly tickets: string[];
  /** Order → ticket. */
  readonly orders: Map<string, string>;
  readonly paid: Set<string>;
  readonly failures: string[];
}

/** A test that fails stops it too: it would keep Jest from ending. */
interface Load {
  readonly acknowledged: Acknowledged;
  readonly stop: () => Promise<void>;
}

/** Repeats whole journeys and records what was acknowledged. A failed step ends its journey only. */
const journeys = (seller: User, buyer: User): Load => {
  const acknowledged: Acknowledged = { tickets: [], orders: new Map(), paid: new Set(), failures: [] };
  const stopping = new AbortController();
  const step = async (what: string, run: () => ReturnType<User['send']>, expected: readonly number[]) => {
    const response = await run().catch((error: unknown) => ({ status: 0, body: String(error) }));
    if (!expected.includes(response.status)) {
      acknowledged.failures.push(`${what}: ${response.status} ${JSON.stringify(response.body)}`);
      throw new Error(what);
    }
    return response;
  };
  const journey = async () => {
    const listing = { title: 'Under load', price: 19.99 };
    const listed = await step(
      'list',
      () => seller.send({ method: 'POST', path: '/api/tickets', body: listing }),
      [201],
    );
    const ticketId = ticketResponse.parse(listed.body).id;
    acknowledged.tickets.push(ticketId);
    const ordered = await eventually(async () => {
      const body = { ticketId, expectedPrice: 19.99 };
      const response = await step(
        'order',
        () => buyer.send({ method: 'POST', path: '/api/orders', body }),
        [201, 400, 404],
      );
      if (response.status === 404) throw new Error('not known yet');
      return response;
    });
    if (ordered.status !== 201) return;
    const { id } = orderResponse.parse(ordered.body);
    acknowledged.orders.set(id, ticketId);
    await eventually(async () => {
      const response = await step('pay', () => pay(buyer, id), [201, 404, 409]);
      if (response.status !== 201) throw new Error('not payable yet');
    });
    acknowledged.paid.add(id);
  };
  const worker = async () => {
    while (!stopping.signal.aborted) await journey().catch(() => undefined);
  };
  const workers = Promise.all([worker(), worker()]);
  return {
    acknowledged,
    stop: async () => {
      stopping.abort();
      await workers;
    },
  };
};

const wholeJourney = async (seller: User, buyer: User): Promise<void> => {
  const { id } = await hold(buyer, (await list(seller)).id);
  expect((await pay(buyer, id)).status).toBe(201);
  await untilOrder(buyer, id, { status: 'complete' });
};

/** Everything acknowledged is still stored, and the charges match the orders. */
const isKept = async (seller: User, buyer: User, { tickets, orders, paid }: Acknowledged): Promise<void> => {
  await Promise.all(tickets.map(async (ticketId) => expect((await ticketOf(seller, ticketId)).id).toBe(ticketId)));
  await Promise.all(
    [...orders].map(async ([id, ticketId]) => {
      expect((await orderOf(buyer, id)).ticket.id).toBe(ticketId);
      if (!paid.has(id)) return;
      await untilOrder(buyer, id, { status: 'complete' });
      await eventually(async () => {
        expect(await ticketOf(seller, ticketId)).toMatchObject({ orderId: id, soldAt: expect.any(String) });
      });
    }),
  );
  const charges = await openStripeLedger(processesOf(dataDir())).charges();
  const charged = charges.map(({ metadata }) => metadata.orderId);
  expect(new Set(charged).size).toBe(charged.length);
  for (const id of paid) {
    expect(charges.find(({ metadata }) => metadata.orderId === id)).toMatchObject({ amount: 1999, amount_refunded: 0 });
  }
};

/** The consumers that have not handled every event: what to look at when orders do not go on. */
const describeConsumers = (): Promise<string> =>
  withNats({ processes: () => processesOf(dataDir()) }, async (manager) => {
    const found: string[] = [];
    for await (const consumer of manager.consumers.list(stream)) {
      const { name, num_pending: pending, num_ack_pending: delivered, num_waiting: pulls } = consumer;
      if (pending + delivered > 0) found.push(`${name}: ${pending} pending, ${delivered} delivered, ${pulls} pulls`);
    }
    return found.join('; ');
  });

testOnThisMachine(
  'When every process is killed once under load, then everything acknowledged is kept and buying continues',
  async () => {
    const { url } = running();
    const [seller, buyer] = await Promise.all([signUp(url), signUp(url)]);
    const load = journeys(seller, buyer);
    try {
      for (const name of everything) {
        const [victim] = named(name);
        if (victim === undefined) throw new Error(`${name} is not running`);
        process.kill(victim.pid, 'SIGKILL');
        await isReadyAgain(name, victim);
        await eventually(() => wholeJourney(seller, buyer), recoveryTimeoutMs).catch(async (cause: unknown) => {
          throw new Error(`nobody can buy after ${name} was killed; ${await describeConsumers()}`, { cause });
        });
      }
    } finally {
      await load.stop();
    }
    expect(load.acknowledged.paid.size).toBeGreaterThan(everything.length);
    await isKept(seller, buyer, load.acknowledged);
  },
  300_000,
);

if (Number(process.env['REPLICAS'] ?? 1) > 1) {
  testOnThisMachine(
    'When one replica of each service gets SIGTERM in turn, then no request fails',
    async () => {
      const { url } = running();
      const [seller, buyer] = await Promise.all([signUp(url), signUp(url)]);
      const load = journeys(seller, buyer);
      try {
        for (const name of services) {
          const [victim] = named(name);
          if (victim === undefined) throw new Error(`${name} is not running`);
          process.kill(victim.pid, 'SIGTERM');
          await isReadyAgain(name, victim);
          expect((await fetch(url)).status).toBe(200);
        }
      } finally {
        await load.stop();
      }
      expect(load.acknowledged.failures).toEqual([]);
      await isKept(seller, buyer, load.acknowledged);
    },
    300_000,
  );
}

/** Runs while these services do not answer, and waits until they do again. */
const whileStopped = async (names: readonly string[], run: () => Promise<void>): Promise<void> => {
  const stopped = names.flatMap(named);
  try {
    for (const each of stopped) running().signal(each, 'SIGSTOP');
    await run();
  } finally {
    for (const each of stopped) running().signal(each, 'SIGCONT');
  }
  const { url } = running();
  await eventually(async () => wholeJourney(await signUp(url), await signUp(url)), recoveryTimeoutMs);
};

testOnThisMachine(
  'When auth does not answer, then a ticket that was opened once is shown as it was saved, and stays saved',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
    const ticket = await list(seller);
    expect(await seller.send(uploadRequest(ticket.id, await ticketPng(randomUUID())))).toMatchObject({ status: 200 });
    const { id } = await hold(buyer, ticket.id);
    expect((await pay(buyer, id)).status).toBe(201);
    await untilOrder(buyer, id, { status: 'complete' }, recoveryTimeoutMs);
    const browser = await openBrowser();
    try {
      const { page } = await openSession(browser, running().url, { as: buyer, viewport: phone });
      const path = `/wallet/${id}`;
      const saved = () => page.evaluate(`caches.match('${path}').then((found) => found !== undefined)`);
      await eventually(async () => {
        await page.goto(path);
        await page.getByTestId('code').waitFor({ timeout: 2_000 });
      });
      await eventually(async () => expect(await saved()).toBe(true));
      await whileStopped(['auth'], async () => {
        await page.goto(path);
        await page.getByText(/^Saved on /).waitFor();
        await page.getByTestId('code').waitFor();
        // Sent after the worker's request for the page, and so answered after it.
        expect(await buyer.send({ method: 'GET', path })).toMatchObject({ status: 503 });
        expect(await saved()).toBe(true);
      });
    } finally {
      await browser.close();
    }
  },
  180_000,
);

/** The path of each page, for a thing that does not exist. */
const pagePaths = pageRoutes().map((route) => route.replace(/\/\[\[.+\]\]/, '').replace(/\[.+?\]/g, 'nothing'));

const leadsToSignIn = ({ location }: { readonly location: string }) => location.startsWith('/signin?');

testOnThisMachine(
  'When auth does not answer, then each page for signed-in users says so, and none leads to the sign-in page',
  async () => {
    const { url } = running();
    const { cookie } = await signUp(url);
    const open = (paths: readonly string[], headers: Record<string, string> = {}) =>
      Promise.all(
        paths.map(async (path) => {
          const response = await fetch(url + path, { redirect: 'manual', headers });
          const { status } = response;
          return { path, status, location: response.headers.get('location') ?? '', html: await response.text() };
        }),
      );
    const forUsers = (await open(pagePaths)).filter(leadsToSignIn).map(({ path }) => path);
    expect(forUsers).toEqual(
      expect.arrayContaining(['/account', '/my-tickets', '/orders', '/orders/nothing', '/sales', '/wallet']),
    );
    expect((await open(forUsers, { cookie })).filter(leadsToSignIn)).toEqual([]);
    await whileStopped(['auth'], async () => {
      const pages = await open(pagePaths, { cookie });
      expect(pages.filter(leadsToSignIn)).toEqual([]);
      for (const { path, status, html } of pages.filter((page) => forUsers.includes(page.path))) {
        expect([path, status]).toEqual([path, 503]);
        expect(html).toContain('This can’t be shown right now');
        expect(html).toMatch(new RegExp(`<a href="${path}[?"][^<]*Try again</a>`));
        // The site's header, which does not claim that nobody is signed in.
        expect(html).toContain('>Sign out<');
        expect(html).not.toContain('>Sign in<');
      }
    });
  },
  120_000,
);

testOnThisMachine(
  'When a service does not answer, then each kind of page says so or shows the rest, in both themes and from 320 to 1280 px, and axe finds nothing',
  async () => {
    const { url } = running();
    const [seller, buyer] = await Promise.all([signUp(url), signUp(url)]);
    const onSale = await list(seller);
    const sold = await list(seller);
    const { id } = await hold(buyer, sold.id);
    expect((await pay(buyer, id)).status).toBe(201);
    await untilOrder(buyer, id, { status: 'complete' }, recoveryTimeoutMs);
    await deliver(seller, sold.id);
    await untilOrder(buyer, id, { delivery: { status: 'delivered' } }, recoveryTimeoutMs);
    const open = await hold(buyer, onSale.id);
    const unavailable = 'This can’t be shown right now';
    const rounds: readonly {
      readonly stopped: readonly string[];
      readonly pages: readonly (readonly [as: User, path: string, shows: string])[];
    }[] = [
      {
        stopped: ['tickets'],
        pages: [
          [buyer, '/', unavailable],
          [buyer, `/tickets/${onSale.id}`, unavailable],
          [buyer, `/events/${onSale.eventId}`, unavailable],
          [buyer, `/orders/${open.id}`, 'Pay by card'],
          [buyer, `/wallet/${id}`, unavailable],
          [seller, '/my-tickets', unavailable],
          [seller, '/sales', unavailable],
        ],
      },
      {
        stopped: ['orders', 'payments'],
        pages: [
          [buyer, `/orders/${id}`, unavailable],
          [buyer, '/wallet', unavailable],
          [seller, '/sales', unavailable],
          [seller, `/tickets/${sold.id}`, 'Delivered'],
        ],
      },
      {
        stopped: ['auth'],
        pages: [
          [buyer, '/', 'Somebody can’t go. You can.'],
          [buyer, '/account', unavailable],
        ],
      },
    ];
    const browser = await openBrowser();
    try {
      for (const { stopped, pages } of rounds) {
        await whileStopped(stopped, async () => {
          const found = await Promise.all(
            pages.map(async ([as, path, shows]) => {
              const { page, context } = await openSession(browser, url, { as });
              await page.goto(path);
              await page.getByText(shows).first().waitFor();
              const faults = await findFaults(page);
              await context.close();
              return faults.map((fault) => `${path} without ${stopped.join()}: ${fault}`);
            }),
          );
          expect(found.flat()).toEqual([]);
        });
      }
    } finally {
      await browser.close();
    }
  },
  300_000,
);

testOnThisMachine(
  'When what carries its stream is stopped or killed, then an open page still shows each change, in the same document',
  async () => {
    const { url } = running();
    const [seller, buyer] = await Promise.all([signUp(url), signUp(url)]);
    const browser = await openBrowser();
    try {
      const ends = [
        ['orders', 'SIGTERM'],
        ['orders', 'SIGKILL'],
        ['router', 'SIGTERM'],
        ['router', 'SIGKILL'],
      ] as const;
      for (const [name, signal] of ends) {
        const { id } = await hold(buyer, (await list(seller)).id);
        const { page } = await openSession(browser, url, { as: buyer });
        const streamed = page.waitForResponse((response) => response.url().endsWith(`/api/orders/${id}/stream`));
        await page.goto(`/orders/${id}`);
        await page.getByRole('heading', { name: 'Pay by card' }).waitFor();
        expect((await streamed).status()).toBe(200);
        await page.evaluate('globalThis.sameDocument = true');
        const [victim] = named(name);
        if (victim === undefined) throw new Error(`${name} is not running`);
        expect(running().signal(victim, signal)).toBe(true);
        await isReadyAgain(name, victim);
        await eventually(async () =>
          expect(await buyer.send({ method: 'DELETE', path: `/api/orders/${id}` })).toMatchObject({ status: 204 }),
        );
        await page.getByRole('heading', { name: 'You released this ticket' }).waitFor({ timeout: recoveryTimeoutMs });
        expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
        await page.context().close();
      }
    } finally {
      await browser.close();
    }
  },
  180_000,
);

testOnThisMachine(
  'When the product is stopped and started again, then no process is left over and ticket and order are found',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
    const ticket = await list(seller);
    const { id } = await hold(buyer, ticket.id);
    expect((await pay(buyer, id)).status).toBe(201);
    await untilOrder(buyer, id, { status: 'complete' });

    const pids = processesOf(dataDir()).map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThanOrEqual(everything.length);
    expect(pids.filter(isAlive)).toEqual(pids);
    await stop(running());
    expect([...pids, running().pid].filter(isAlive)).toEqual([]);
    await expect(access(join(dataDir(), 'processes.json'))).rejects.toThrow('ENOENT');

    await restart(settings);
    const signedIn = await signIn(running().url, buyer);
    expect(await orderOf(signedIn, id)).toMatchObject({ status: 'complete', ticket: { id: ticket.id } });
    await eventually(async () => {
      expect(await ticketOf(signedIn, ticket.id)).toMatchObject({ orderId: id, soldAt: expect.any(String) });
    });
  },
  300_000,
);

testOnThisMachine(
  'When orders has lost its copies of tickets, then npm run republish fills them again while the product runs',
  async () => {
    const { url } = running();
    const [seller, buyer] = await Promise.all([signUp(url), signUp(url)]);
    const ticket = await list(seller);
    await eventually(() => hold(buyer, ticket.id));
    const other = await list(seller);
    const mongo = await new MongoClient(named('mongod')[0]?.url ?? '').connect();
    try {
      const copies = mongo.db('orders').collection<{ _id: string }>('tickets');
      await eventually(async () => expect(await copies.findOne({ _id: other.id })).not.toBeNull());
      await copies.deleteMany({});
    } finally {
      await mongo.close();
    }
    const request = { method: 'POST', path: '/api/orders', body: { ticketId: other.id } };
    expect(await buyer.send(request)).toMatchObject({ status: 404 });
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'republish', '--', 'ticket'], {
      cwd: root,
      env: { ...process.env, DATA_DIR: dataDir() },
    });
    expect(stdout.trim()).toMatch(/^\d+ tickets? republished$/);
    await eventually(() => hold(buyer, other.id));
  },
  60_000,
);
