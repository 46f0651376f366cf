import { afterAll, beforeAll, expect } from '@jest/globals';
import { access, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderAnswer, ticketAnswer } from '../answers.ts';
import { eventually } from '../eventually.ts';
import { hold, list, orderOf, pay, signIn, signUp, ticketOf, untilOrder, type Person } from '../person.ts';
import { discard, isAlive, processesOf, startProduct, type Product, type ProductProcess } from '../product.ts';
import { isOnThisMachine, testOnThisMachine } from '../site.ts';
import { openStripeBooks } from '../stripe-books.ts';

const services = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'client'];
const everything = [...services, 'router', 'stripe-sandbox', 'watchdog', 'nats', 'redis', 'mongod'];

/** From the end of a process until a whole journey succeeds again. */
const backWithinMs = 20_000;

let dataDir: string;
let product: Product | undefined;

const running = (): Product => {
  if (product === undefined) throw new Error('the product is not running');
  return product;
};

beforeAll(async () => {
  if (!isOnThisMachine()) return;
  dataDir = await mkdtemp(join(tmpdir(), 'ticketing-e2e-resilience-'));
  product = await startProduct(dataDir);
}, 300_000);

afterAll(async () => {
  if (dataDir !== undefined) await discard(product, dataDir);
}, 30_000);

const named = async (name: string): Promise<ProductProcess[]> =>
  (await processesOf(dataDir)).filter((process) => process.name === name);

const isReadyAgain = (name: string, gone: ProductProcess): Promise<void> =>
  eventually(async () => {
    const again = (await named(name)).find(({ replica }) => replica === gone.replica);
    if (again === undefined || again.pid === gone.pid || !isAlive(again.pid)) throw new Error(`${name} is not back`);
    if (!again.url.startsWith('http') || name === 'router') return;
    const response = await fetch(new URL(name === 'stripe-sandbox' ? '/healthz' : '/readyz', again.url));
    expect(response.status).toBe(200);
  }, backWithinMs);

interface Kept {
  readonly tickets: string[];
  /** Order → ticket. */
  readonly orders: Map<string, string>;
  readonly paid: Set<string>;
  readonly failures: string[];
}

interface Load {
  readonly kept: Kept;
  readonly stop: () => Promise<void>;
}

/** Whole journeys, over and over, noting what was acknowledged. A step that fails ends its journey and no more. */
const journeys = (seller: Person, buyer: Person): Load => {
  const kept: Kept = { tickets: [], orders: new Map(), paid: new Set(), failures: [] };
  const stopping = new AbortController();
  const step = async (what: string, run: () => ReturnType<Person['ask']>, expected: readonly number[]) => {
    const answer = await run().catch((error: unknown) => ({ status: 0, body: String(error) }));
    if (!expected.includes(answer.status)) {
      kept.failures.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
      throw new Error(what);
    }
    return answer;
  };
  const journey = async () => {
    const listing = { title: 'Under load', price: 19.99 };
    const listed = await step('list', () => seller.ask({ method: 'POST', path: '/api/tickets', body: listing }), [201]);
    const ticketId = ticketAnswer.parse(listed.body).id;
    kept.tickets.push(ticketId);
    const ordered = await eventually(async () => {
      const body = { ticketId, expectedPrice: 19.99 };
      const answer = await step(
        'order',
        () => buyer.ask({ method: 'POST', path: '/api/orders', body }),
        [201, 400, 404],
      );
      if (answer.status === 404) throw new Error('not known yet');
      return answer;
    });
    if (ordered.status !== 201) return;
    const { id } = orderAnswer.parse(ordered.body);
    kept.orders.set(id, ticketId);
    await eventually(async () => {
      const answer = await step('pay', () => pay(buyer, id), [201, 404, 409]);
      if (answer.status !== 201) throw new Error('not payable yet');
    });
    kept.paid.add(id);
  };
  const worker = async () => {
    while (!stopping.signal.aborted) await journey().catch(() => undefined);
  };
  const workers = Promise.all([worker(), worker()]);
  return {
    kept,
    stop: async () => {
      stopping.abort();
      await workers;
    },
  };
};

const wholeJourney = async (seller: Person, buyer: Person): Promise<void> => {
  const { id } = await hold(buyer, (await list(seller)).id);
  expect((await pay(buyer, id)).status).toBe(201);
  await untilOrder(buyer, id, { status: 'complete' });
};

/** Everything that was acknowledged is there, and the money is as the orders say. */
const isKept = async (seller: Person, buyer: Person, { tickets, orders, paid }: Kept): Promise<void> => {
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
  const charges = await openStripeBooks(await processesOf(dataDir)).charges();
  const charged = charges.map(({ metadata }) => metadata.orderId);
  expect(new Set(charged).size).toBe(charged.length);
  for (const id of paid) {
    expect(charges.find(({ metadata }) => metadata.orderId === id)).toMatchObject({ amount: 1999, amount_refunded: 0 });
  }
};

testOnThisMachine(
  'When every process is killed once under load, then all that was acknowledged is kept and buying goes on',
  async () => {
    const { url } = running();
    const [seller, buyer] = await Promise.all([signUp(url), signUp(url)]);
    const load = journeys(seller, buyer);
    for (const name of everything) {
      const [victim] = await named(name);
      if (victim === undefined) throw new Error(`${name} is not running`);
      process.kill(victim.pid, 'SIGKILL');
      await isReadyAgain(name, victim);
      await eventually(() => wholeJourney(seller, buyer), backWithinMs);
    }
    await load.stop();
    expect(load.kept.paid.size).toBeGreaterThan(everything.length);
    await isKept(seller, buyer, load.kept);
  },
  300_000,
);

if (Number(process.env['REPLICAS'] ?? 1) > 1) {
  testOnThisMachine(
    'When one replica of each is told to end, one at a time, then no request fails',
    async () => {
      const { url } = running();
      const [seller, buyer] = await Promise.all([signUp(url), signUp(url)]);
      const load = journeys(seller, buyer);
      for (const name of services) {
        const [victim] = await named(name);
        if (victim === undefined) throw new Error(`${name} is not running`);
        process.kill(victim.pid, 'SIGTERM');
        await isReadyAgain(name, victim);
        expect((await fetch(url)).status).toBe(200);
      }
      await load.stop();
      expect(load.kept.failures).toEqual([]);
      await isKept(seller, buyer, load.kept);
    },
    300_000,
  );
}

testOnThisMachine(
  'When the product is ended and started again, then no process stays and the ticket and the order are found',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
    const ticket = await list(seller);
    const { id } = await hold(buyer, ticket.id);
    expect((await pay(buyer, id)).status).toBe(201);
    await untilOrder(buyer, id, { status: 'complete' });

    const pids = (await processesOf(dataDir)).map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThanOrEqual(everything.length);
    expect(pids.filter(isAlive)).toEqual(pids);
    await running().stop();
    expect([...pids, running().pid].filter(isAlive)).toEqual([]);
    await expect(access(join(dataDir, 'processes.json'))).rejects.toThrow('ENOENT');

    product = await startProduct(dataDir);
    const signedIn = await signIn(running().url, buyer);
    expect(await orderOf(signedIn, id)).toMatchObject({ status: 'complete', ticket: { id: ticket.id } });
    await eventually(async () => {
      expect(await ticketOf(signedIn, ticket.id)).toMatchObject({ orderId: id, soldAt: expect.any(String) });
    });
  },
  300_000,
);
