import { findAddresses } from '@ticketing/audit/find-addresses';
import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';
import { startProduct, type Product } from '@ticketing/test/start-product';
import { auditProduct, type Violation } from '@ticketing/watchdog/checks';
import { openSources, type Addresses } from '@ticketing/watchdog/sources';
import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { request } from 'undici';
import { z } from 'zod';
import { Ledger } from '../load/ledger.ts';
import { Market } from '../load/market.ts';
import { openRetryingClient } from '../load/retrying-client.ts';
import { isReady } from '../is-ready.ts';
import { createRandom, type Random } from '../random.ts';
import { checkMoney } from './check-money.ts';
import { journeys, type Context, type Operator } from './journeys.ts';
import { openOwnSandbox, stripeKey, type OwnSandbox } from './own-sandbox.ts';
import { readSnapshot } from './read-snapshot.ts';
import { Shop } from './shop.ts';
import { openWebhookRelay } from './webhook-relay.ts';

export interface MoneyOptions {
  readonly journeys: number;
  readonly seed: number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface MoneyResult {
  readonly journeys: ReadonlyMap<string, number>;
  readonly kills: number;
  readonly webhooks: Readonly<Record<'lost' | 'doubled' | 'passed', number>>;
  readonly failures: number;
  readonly stripe: Readonly<Record<'charges' | 'refunds' | 'disputes' | 'transfers', number>>;
  readonly entries: number;
  /** From the last journey until orders, charges, ledger and Stripe's lists agreed; undefined if they never did. */
  readonly agreedAfterMs: number | undefined;
  readonly disagreements: readonly string[];
  readonly unexpected: readonly string[];
  readonly violations: readonly Violation[];
  readonly seconds: number;
}

const feePercent = 10;
const windowSeconds = 20;
/** Most journeys wait: for a deadline, the end of an event, or a bank. */
const concurrency = 48;
const killEveryMs = 2_000;
const faultEveryMs = 1_500;
/** An event at Stripe is found without its webhook within some minutes. */
const agreeWithinMs = 6 * 60_000;
const lookEveryMs = 5_000;
const webhookSecret = 'whsec_chaos_money';
const sellers = { paid: 6, withoutAccount: 2 };
const buyers = 40;

const faults = ['network_before_charge', 'network_after_charge', 'http_500', 'http_429', 'timeout'] as const;

/**
 * The replicas of payments are killed by turns, also while they start, unless none is ready: on a slow machine payments would
 * never run.
 */
const startKills = (product: Product) => {
  const over = new AbortController();
  const kill = async (): Promise<number> => {
    let kills = 0;
    for (let turn = 0; ; turn += 1) {
      await delay(killEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
      if (over.signal.aborted) return kills;
      const running = product.processes().filter(({ name }) => name === 'payments');
      const ready = await Promise.all(running.map(({ url }) => isReady(url)));
      const victim = running[turn % Math.max(1, running.length)];
      if (victim !== undefined && ready.includes(true) && product.signal(victim, 'SIGKILL')) kills += 1;
    }
  };
  const killing = kill();
  return (): Promise<number> => {
    over.abort();
    return killing;
  };
};

/** Stripe fails now and then, and is slow now and then. */
const startFaults = (sandbox: OwnSandbox, random: Random) => {
  const timer = setInterval(() => {
    const delayMs = random.chance(0.3) ? random.integer(100, 1_500) : 0;
    const behaviour = random.chance(0.5) ? { delayMs, failNext: random.pick(faults) } : { delayMs };
    sandbox.behave(behaviour).catch(() => undefined);
  }, faultEveryMs);
  return async (): Promise<void> => {
    clearInterval(timer);
    await sandbox.behave({ delayMs: 0, failNext: null });
  };
};

const openOperator = (env: NodeJS.ProcessEnv): Operator => {
  const one = pLimit(2);
  const run = (command: string, orderId: string) =>
    one(async () => {
      const script = join(root, 'tools', 'audit', 'src', 'run-operator.ts');
      // A database may be away, and an order may not allow the command any more; the check at the end reads the outcome.
      await execa(process.execPath, [script, command, orderId, '--reason', 'chaos'], { env, reject: false });
    });
  return { refund: (orderId) => run('refund', orderId), release: (orderId) => run('release', orderId) };
};

const mails = z.array(z.object({ subject: z.string(), text: z.string() }));

const tokenFrom = async (mailboxUrl: string, email: string): Promise<string> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const response = await request(`${mailboxUrl}/messages?to=${encodeURIComponent(email)}`);
    const found = mails.parse(await response.body.json()).map(({ text }) => /https?:\/\/\S+token=\S+/.exec(text)?.[0]);
    const token = new URL(found.find((url) => url !== undefined) ?? 'about:blank').searchParams.get('token');
    if (token !== null) return token;
    await delay(200);
  }
  throw new Error(`${email} got no link`);
};

const nameOf = (product: Product, name: string): string =>
  required(
    product.processes().find((process) => process.name === name),
    name,
  ).url;

const signUpAll = async (shop: Shop, product: Product, sandbox: OwnSandbox): Promise<void> => {
  const mailbox = nameOf(product, 'mailbox');
  const seller = {
    tokenOf: (email: string) => tokenFrom(mailbox, email),
    onboard: (url: string) => sandbox.post(url, { outcome: 'complete' }),
  };
  for (let index = 0; index < sellers.paid; index += 1)
    shop.sellers.push(await shop.signUp(`seller-${index}@example.com`, seller));
  for (let index = 0; index < sellers.withoutAccount; index += 1)
    shop.sellers.push(await shop.signUp(`new-seller-${index}@example.com`));
  for (let index = 0; index < buyers; index += 1) shop.buyers.push(await shop.signUp(`buyer-${index}@example.com`));
};

const runJourneys = async (context: Context, options: MoneyOptions): Promise<Map<string, number>> => {
  const counts = new Map<string, number>();
  let begun = 0;
  const progress = setInterval(() => options.log(`${begun} of ${options.journeys} journeys`), 15_000);
  const worker = async (): Promise<void> => {
    while (begun < options.journeys && !options.signal.aborted) {
      begun += 1;
      const { name, run } = context.random.weighted(journeys);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      await run(context).catch((error: unknown) => context.shop.unexpected.push(`${name}: ${String(error)}`));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker)).finally(() => clearInterval(progress));
  return counts;
};

interface Run {
  readonly product: Product;
  readonly sandbox: OwnSandbox;
  readonly shop: Shop;
  readonly random: Random;
  readonly addresses: Addresses;
  readonly options: MoneyOptions;
}

const exercise = async (run: Run): Promise<Omit<MoneyResult, 'webhooks' | 'failures' | 'unexpected'>> => {
  const { product, sandbox, shop, random, addresses, options } = run;
  const { log, signal } = options;
  const began = performance.now();
  await signUpAll(shop, product, sandbox);
  const stopKills = startKills(product);
  const stopFaults = startFaults(sandbox, random);
  const operator = openOperator({ PATH: process.env['PATH'], DATA_DIR: product.dataDir, STRIPE_HOST: sandbox.url });
  const counts = await runJourneys({ shop, sandbox, operator, random, stopping: signal }, options);
  const kills = await stopKills();
  await stopFaults();
  log('waiting until orders, charges, ledger and Stripe agree');
  const ended = performance.now();
  let snapshot = await readSnapshot(sandbox, addresses, { paid: shop.paid, feePercent });
  let disagreements = checkMoney(snapshot);
  const isOver = () => snapshot.orders.every(({ status }) => status === 'complete' || status === 'cancelled');
  while ((disagreements.length > 0 || !isOver()) && performance.now() - ended < agreeWithinMs && !signal.aborted) {
    log(
      `${disagreements.length} disagreements${disagreements[0] === undefined ? '' : `, such as ${disagreements[0]}`}`,
    );
    await delay(lookEveryMs);
    snapshot = await readSnapshot(sandbox, addresses, { paid: shop.paid, feePercent });
    disagreements = checkMoney(snapshot);
  }
  const agreed = disagreements.length === 0 && isOver();
  const agreedAfterMs = agreed ? performance.now() - ended : undefined;
  const sources = openSources(addresses, 'chaos');
  try {
    const { violations } = await auditProduct(sources);
    const all = [...snapshot.stripe.values()];
    const count = (list: 'charges' | 'refunds' | 'disputes' | 'transfers') =>
      all.reduce((sum, money) => sum + money[list].length, 0);
    return {
      journeys: counts,
      kills,
      stripe: {
        charges: count('charges'),
        refunds: count('refunds'),
        disputes: count('disputes'),
        transfers: count('transfers'),
      },
      entries: snapshot.ledger.length,
      agreedAfterMs,
      disagreements: isOver() ? disagreements : [...disagreements, 'orders are still open'],
      violations,
      seconds: (ended - began) / 1000,
    };
  } finally {
    await sources.close();
  }
};

/** One run: journeys whose money takes every way that it can, with faults at Stripe, lost webhooks and killed processes. */
export const runMoney = async (options: MoneyOptions): Promise<MoneyResult> => {
  const { seed, log, signal } = options;
  const random = createRandom(seed);
  const dataDir = await mkdtemp(join(tmpdir(), 'ticketing-chaos-money-'));
  let product: Product | undefined;
  const relay = await openWebhookRelay({
    random: createRandom(seed + 1),
    lostPart: 0.3,
    doubledPart: 0.3,
    target: () => product && `${product.loopbackUrl}/api/payments/webhook`,
  });
  const sandbox = await openOwnSandbox({ dataDir, webhookUrl: relay.url, webhookSecret });
  let failures = 0;
  try {
    log('starting the product');
    product = await startProduct({
      settings: {
        BUS: 'jetstream',
        REPLICAS: '2',
        EXPIRATION_WINDOW_SECONDS: String(windowSeconds),
        PAYOUT_DELAY_HOURS: '0.0005',
        SELLER_FEE_PERCENT: String(feePercent),
        STRIPE_HOST: sandbox.url,
        STRIPE_KEY: stripeKey,
        STRIPE_PUBLISHABLE_KEY: 'pk_test_chaos_money',
        STRIPE_WEBHOOK_SECRET: webhookSecret,
      },
    });
    const http = openRetryingClient(product.loopbackUrl, () => {
      failures += 1;
    });
    try {
      const ledger = new Ledger();
      const market = new Market({ http, ledger, random, stopping: signal });
      const shop = new Shop({ http, market, random, stopping: signal });
      const addresses = await findAddresses(
        { DATA_DIR: product.dataDir, STRIPE_HOST: sandbox.url, STRIPE_KEY: stripeKey },
        root,
      );
      const result = await exercise({ product, sandbox, shop, random, addresses, options });
      return { ...result, failures, webhooks: relay.counts(), unexpected: [...shop.unexpected, ...ledger.unexpected] };
    } finally {
      await http.close();
    }
  } finally {
    await product?.stop();
    await sandbox.stop();
    relay.close();
    await rm(dataDir, { recursive: true, force: true });
  }
};
