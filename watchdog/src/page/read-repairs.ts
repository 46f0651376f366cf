import { parseMetrics } from '../prometheus.ts';

/** The services' counters of repairs, each with its meaning for operators. */
export const repairCounters: Readonly<Record<string, string>> = {
  outbox_swept_total: 'events that a dead process left behind, published by the sweep',
  overdue_orders_ended_total: 'orders whose timer had not rung 0.5 s after the deadline, ended by the sweep',
  closing_questions_repeated_total: 'closing orders about which payments was asked again, since it had not answered',
  orders_republished_total: 'orders whose last event was republished because no response arrived within 30 s',
  tickets_republished_total: 'tickets whose state was republished because the response to an order event was lost',
  attempts_recovered_total: 'payment attempts without an outcome, settled from the PaymentIntent at Stripe',
  unmarked_refunds_total: 'paid orders that were cancelled without a mark for refund, marked by the safety net',
};

export interface Repairs {
  readonly service: string;
  /** Undefined when no replica of the service responds. */
  readonly counter: string | undefined;
  /** Since the replicas started; undefined when one of them does not respond. */
  readonly count: number | undefined;
}

const timeoutMs = 1_500;

/** Sums of the repair counters over their labels. */
export const sumRepairs = (metrics: string): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  for (const { name, value } of parseMetrics(metrics)) {
    if (name in repairCounters) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return sums;
};

const readReplica = async (url: string): Promise<ReadonlyMap<string, number> | undefined> => {
  try {
    const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? sumRepairs(await response.text()) : undefined;
  } catch {
    return undefined;
  }
};

/** Reads the repair counters of all services, given the addresses of each service's replicas. */
export const readRepairs = async (urls: Readonly<Record<string, readonly string[]>>): Promise<Repairs[]> => {
  const repairs = await Promise.all(
    Object.entries(urls).map(async ([service, replicas]) => {
      const sums = await Promise.all(replicas.map(readReplica));
      const counters = new Set(sums.flatMap((ofReplica) => [...(ofReplica?.keys() ?? [])]));
      const isComplete = !sums.includes(undefined);
      if (counters.size === 0) return [{ service, counter: undefined, count: undefined }];
      return [...counters].map((counter) => ({
        service,
        counter,
        count: isComplete ? sums.reduce((total, ofReplica) => total + (ofReplica?.get(counter) ?? 0), 0) : undefined,
      }));
    }),
  );
  return repairs.flat();
};
