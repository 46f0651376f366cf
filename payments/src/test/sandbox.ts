import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Stripe } from 'stripe';
import { z } from 'zod';

export const webhookSecret = 'whsec_for_tests_only';

export interface Behaviour {
  readonly delayMs?: number;
  readonly failNext?: 'network_before_charge' | 'network_after_charge' | 'http_500' | 'http_429' | 'timeout' | null;
}

/** The Stripe sandbox as a process of its own, read through Stripe's SDK. */
export interface Sandbox {
  readonly url: string;
  readonly stripe: Stripe;
  behave(behaviour: Behaviour): Promise<void>;
  /** Successful charges of the order. */
  paid(orderId: string): Promise<Stripe.Charge[]>;
  charges(orderId: string): Promise<Stripe.Charge[]>;
  refunds(orderId: string): Promise<Stripe.Refund[]>;
  intents(orderId: string): Promise<Stripe.PaymentIntent[]>;
  /** How often Stripe was called under an idempotency key. */
  callsUnder(idempotencyKey: string): Promise<number>;
  /** The holder of the card disputes a charge, or the bank inquires. */
  dispute(chargeId: string, how?: { readonly amount?: number; readonly inquiry?: boolean }): Promise<void>;
  /** What becomes of a dispute at the bank; `moved` is negative if money is withdrawn. */
  changeDispute(disputeId: string, change: { readonly status?: string; readonly moved?: number }): Promise<void>;
  /** What becomes of a refund at the bank. */
  settleRefund(refundId: string, status: 'succeeded' | 'failed'): Promise<void>;
  close(): Promise<void>;
}

const callLog = z.array(z.object({ idempotencyKey: z.string().optional() }));

const entry = fileURLToPath(new URL('../../../tools/stripe-sandbox/src/index.ts', import.meta.url));

/** A test file whose set-up has failed does not close the sandbox, which would keep the test run from ending. */
const endsWithParent = `data:text/javascript,${encodeURIComponent("process.stdin.once('end', () => process.exit()).resume()")}`;

const urlOf = (line: string): string | undefined => /"url":"([^"]+)"/.exec(line)?.[1];

const all = async <T extends { readonly metadata: Stripe.Metadata | null }>(
  pages: AsyncIterable<T>,
  orderId: string,
): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of pages) if (item.metadata?.['orderId'] === orderId) found.push(item);
  return found;
};

export const openSandbox = async (options: { readonly webhookUrl?: string } = {}): Promise<Sandbox> => {
  const directory = await mkdtemp(join(tmpdir(), 'payments-sandbox-'));
  const child = spawn(process.execPath, ['--import', endsWithParent, entry], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATA_DIR: directory,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      ...(options.webhookUrl === undefined ? {} : { WEBHOOK_URL: options.webhookUrl }),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stderr.pipe(process.stderr, { end: false });
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = urlOf(line);
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${String(code)}`)));
  });
  const { hostname, port } = new URL(url);
  const stripe = new Stripe('sk_test_sandbox', { host: hostname, port, protocol: 'http', telemetry: false });

  const control = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the sandbox refused: ${await response.text()}`);
  };
  const charges = (orderId: string) => all(stripe.charges.list({ limit: 100 }), orderId);

  return {
    url,
    stripe,
    behave: (behaviour) => control('behaviour', behaviour),
    callsUnder: async (idempotencyKey) => {
      const calls: unknown = await (await fetch(`${url}/sandbox/calls`)).json();
      return callLog.parse(calls).filter((call) => call.idempotencyKey === idempotencyKey).length;
    },
    dispute: (chargeId, how = {}) => control(`charges/${chargeId}`, { disputed: true, ...how }),
    changeDispute: (disputeId, change) => control(`disputes/${disputeId}`, change),
    settleRefund: (refundId, status) => control(`refunds/${refundId}`, { status }),
    charges,
    paid: async (orderId) => (await charges(orderId)).filter((charge) => charge.paid),
    refunds: (orderId) => all(stripe.refunds.list({ limit: 100 }), orderId),
    intents: (orderId) => all(stripe.paymentIntents.list({ limit: 100 }), orderId),
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
};
