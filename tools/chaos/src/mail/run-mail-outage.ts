import { findAddresses } from '@ticketing/audit/find-addresses';
import { createLogger } from '@ticketing/common/service';
import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';
import { openMailServer, parseMessage, type MailServer, type Message } from '@ticketing/mailbox/mail-server';
import type { Mail } from '@ticketing/mailbox/store';
import { startProduct, type Product } from '@ticketing/test/start-product';
import { auditProduct, type Violation } from '@ticketing/watchdog/checks';
import { readSnapshot } from '@ticketing/watchdog/snapshot';
import { openSources, type Sources } from '@ticketing/watchdog/sources';
import { MongoClient } from 'mongodb';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { buildServices, faultyEntry } from '../build/build-services.ts';
import type { SourceEdit } from '../build/guards.ts';
import { readFaultCounts } from '../inject/fault-counts.ts';
import { writeFaults } from '../inject/faults.ts';
import { Ledger } from '../load/ledger.ts';
import { Market } from '../load/market.ts';
import { openRetryingClient } from '../load/retrying-client.ts';
import { createRandom } from '../random.ts';
import { beAway, duplicateEvents, startKills, stay } from './mail-faults.ts';
import { checkMails, type Cause, type Verdict } from './check-mails.ts';
import { causesOfSale, MailLoad, type Sale } from './mail-load.ts';

export interface MailOutageOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Edits that remove guards from the services. */
  readonly edits: readonly SourceEdit[];
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface MailOutageResult {
  readonly verdict: Verdict;
  /** From the return of the mail server until everything that was owed had arrived. */
  readonly arrivedAfterMs: number;
  /** Jobs that waited when it returned. */
  readonly waited: number;
  readonly kills: number;
  readonly lostReplies: number;
  readonly duplicates: number;
  readonly problems: readonly string[];
  readonly violations: readonly Violation[];
}

const stepsPerSecond = { account: 1, sale: 0.45 } as const;
/** How long load and kills go on before the outage, as a part of its length. */
const warmUpPart = 0.15;
/** The response to one mail of so many is lost, beginning with the hundredth. */
const loseReplyEvery = 5_000;
const firstLostReply = 100;
/** How long after the return a mail is still waited for. */
const watchMs = 60_000;
/** Stripe's delay: a buyer can cancel while a payment is in progress. */
const stripeDelayMs = 100;

/**
 * Keeps messages as they are, so that their senders get the response at once: those that are killed before it send again.
 */
const openInbox = () => {
  const messages: Message[] = [];
  const parsed: Mail[] = [];
  let lostReplies = 0;
  return {
    take: (message: Message): Promise<'taken' | 'lost'> => {
      const isLost = messages.push(message) % loseReplyEvery === firstLostReply;
      if (isLost) lostReplies += 1;
      return Promise.resolve(isLost ? 'lost' : 'taken');
    },
    lostReplies: (): number => lostReplies,
    /** All mails, oldest first. */
    mails: async (): Promise<readonly Mail[]> => {
      for (const message of messages.slice(parsed.length))
        parsed.push({ id: String(parsed.length + 1), ...(await parseMessage(message)) });
      return parsed;
    },
  };
};

interface Run {
  readonly product: Product;
  readonly server: MailServer;
  readonly inbox: ReturnType<typeof openInbox>;
  readonly load: MailLoad;
  readonly sources: Sources;
  readonly jobs: readonly MongoClient[];
  readonly options: MailOutageOptions;
}

/** Starts a step whenever its time has come, whatever became of earlier ones. */
const startLoad = ({ load }: Run) => {
  const running = new Set<Promise<void>>();
  const start = (step: () => Promise<void>): void => {
    const one: Promise<void> = step()
      .catch((error: unknown) => void load.problems.push(String(error)))
      .finally(() => running.delete(one));
    running.add(one);
  };
  const timers = [
    setInterval(() => start(() => load.account()), 1000 / stepsPerSecond.account),
    setInterval(() => start(() => load.sale()), 1000 / stepsPerSecond.sale),
  ];
  return {
    move: (mails: readonly Mail[]) => start(() => load.move(mails)),
    stop: async (): Promise<void> => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running);
    },
  };
};

const countWaiting = async ({ jobs }: Run): Promise<number> => {
  const counts = await Promise.all(
    jobs.map((client) =>
      client
        .db()
        .collection('mail-jobs')
        .countDocuments({ dueAt: { $exists: true } }),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
};

const causesOf = async ({ load, sources }: Run): Promise<Cause[]> => {
  const { orderById, refundsByOrder } = await readSnapshot(sources);
  const stateOf = ({ order }: Sale) => ({
    isComplete: orderById.get(order.id)?.status === 'complete',
    isRefunded: refundsByOrder.has(order.id),
  });
  return [...load.causes, ...load.sales.flatMap((sale) => causesOfSale(sale, stateOf(sale)))];
};

/** Waits until `isDone`, for a minute at most. */
const until = async (isDone: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
  const end = performance.now() + watchMs;
  while (performance.now() < end && !signal.aborted && !(await isDone())) await delay(1_000);
};

const exercise = async (run: Run): Promise<Omit<MailOutageResult, 'lostReplies' | 'duplicates'>> => {
  const { product, server, inbox, load, sources, options } = run;
  const { log, signal, minutes } = options;
  const movers = Math.ceil(minutes * 6);
  await load.prepare({ traders: 20, movers });
  const kills = startKills(product);
  const steps = startLoad(run);
  await stay(minutes * 60_000 * warmUpPart, signal);
  const before = await inbox.mails();
  log(`the mail server is away; ${before.length} mails have arrived`);
  const moving = setInterval(() => steps.move(before), (minutes * 60_000) / movers);
  await beAway(server, minutes * 60_000, signal);
  clearInterval(moving);
  const waited = await countWaiting(run);
  const returned = Date.now();
  kills.spareStarts();
  await server.behave('on');
  log(`the mail server is back; ${waited} mails wait`);
  await steps.stop();
  let causes = await causesOf(run);
  const findOpen = () =>
    load.sales.filter(({ order, isPaid }) => isPaid && !causes.some(({ about }) => about?.endsWith(order.id)));
  await until(async () => {
    causes = await causesOf(run);
    return findOpen().length === 0;
  }, signal);
  await until(async () => (await countWaiting(run)) === 0, signal);
  const killed = kills.stop();
  log('waiting until no mail is missing or waits to be sent');
  let verdict = checkMails(causes, await inbox.mails());
  await until(async () => {
    causes = await causesOf(run);
    verdict = checkMails(causes, await inbox.mails());
    return verdict.total.missing === 0 && (await countWaiting(run)) === 0;
  }, signal);
  const { violations } = await auditProduct(sources);
  return {
    verdict,
    arrivedAfterMs: verdict.lastArrival - returned,
    waited,
    kills: killed,
    problems: [...load.problems, ...findOpen().map(({ order }) => `order ${order.id} was paid and is not complete`)],
    violations,
  };
};

/** One run: a load that causes mails, a mail server that is away, notifications killed every 5 s, every event delivered twice. */
export const runMailOutage = async (options: MailOutageOptions): Promise<MailOutageResult> => {
  const { edits, seed, log, signal } = options;
  const build = join(root, '.cache', 'chaos', String(process.pid));
  const inbox = openInbox();
  const server = await openMailServer(
    { take: inbox.take, logger: createLogger({ service: 'mailbox', level: 'error' }) },
    { host: '127.0.0.1', port: 0 },
  );
  let product: Product | undefined;
  try {
    log('building the services with faults');
    await buildServices(build, edits, faultyEntry('present'));
    log('starting the product');
    product = await startProduct({
      settings: {
        TEST_BUILD: build,
        BUS: 'jetstream',
        SMTP_URL: `smtp://127.0.0.1:${server.port}`,
        MAIL_FROM: 'tickets@example.com',
      },
    });
    writeFaults(product.dataDir, { bus: duplicateEvents });
    const sandbox = required(
      product.processes().find(({ name }) => name === 'stripe-sandbox'),
      'stripe-sandbox',
    );
    const response = await request(`${sandbox.url}/sandbox/behaviour`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ delayMs: stripeDelayMs }),
    });
    await response.body.dump();
    const addresses = await findAddresses({ DATA_DIR: product.dataDir }, root);
    const http = openRetryingClient(product.loopbackUrl, () => undefined);
    const ledger = new Ledger();
    const random = createRandom(seed);
    const load = new MailLoad({ http, random, market: new Market({ http, ledger, random, stopping: signal }) });
    const sources = openSources(addresses, 'chaos');
    const jobs = [new MongoClient(addresses.mongoUrls.auth), new MongoClient(addresses.mongoUrls.notifications)];
    try {
      const result = await exercise({ product, server, inbox, load, sources, jobs, options });
      const duplicates = [...readFaultCounts(product.dataDir).values()].reduce((sum, count) => sum + count, 0);
      return {
        ...result,
        problems: [...result.problems, ...ledger.unexpected],
        lostReplies: inbox.lostReplies(),
        duplicates,
      };
    } finally {
      await Promise.all([sources.close(), http.close(), ...jobs.map((client) => client.close())]);
    }
  } finally {
    await product?.stop();
    await server.stop();
    await rm(build, { recursive: true, force: true });
  }
};
