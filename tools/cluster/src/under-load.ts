import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { LoadGenerator, readOrder } from './load-generator.ts';
import { findIngress } from './site.ts';

/** The ingress of the cluster, at the address in CLUSTER_INGRESS if its object has none. */
export const clusterIngress = () => findIngress(process.env['CLUSTER_INGRESS']);

/** Pairs of a seller and a buyer. */
export const pairs = 4;

const findLostTimeoutMs = 120_000;

/** What has become of every acknowledged order and payment, once the load has stopped: those that were lost. */
const findLost = async ({ acknowledged: { orders, paid } }: LoadGenerator): Promise<string[]> => {
  if (orders.size === 0 || paid.size === 0) return ['no order or no payment was acknowledged, so the check is void'];
  const lost: string[] = [];
  const giveUpAt = Date.now() + findLostTimeoutMs;
  for (const [id, buyer] of orders) {
    let problem: string | undefined = 'was not read';
    for (let reads = 0; problem !== undefined && (reads < 2 || Date.now() < giveUpAt); reads += 1) {
      if (reads > 0) await delay(1_000);
      const order = await readOrder(buyer, id).catch(() => undefined);
      if (order === undefined) problem = 'was lost';
      else if (paid.has(id) && order.status !== 'complete') problem = `is paid but ${order.status}`;
      else if (!paid.has(id) && order.status === 'created') problem = 'was never confirmed';
      else problem = undefined;
    }
    if (problem !== undefined) lost.push(`order ${id} ${problem}`);
  }
  return lost;
};

/**
 * Does something to the product while users list, order and pay.
 * @returns Requests that have failed, unless they may, and acknowledged orders and payments that were lost.
 */
export const underLoad = async (
  options: { readonly log: (line: string) => void; readonly mayFail?: boolean },
  work: (load: LoadGenerator) => Promise<void>,
): Promise<string[]> => {
  const { log, mayFail = false } = options;
  const load = new LoadGenerator(await clusterIngress());
  try {
    await load.start(pairs);
    try {
      await work(load);
    } finally {
      await load.stop();
    }
    const { requests, failures } = load.report;
    const { orders, paid } = load.acknowledged;
    log(`  ${requests} requests meanwhile, ${failures.length} of them failed`);
    const lost = await findLost(load);
    log(`  ${orders.size} acknowledged orders and ${paid.size} payments checked, ${lost.length} lost`);
    return mayFail ? lost : [...failures, ...lost];
  } finally {
    await load.close();
  }
};
