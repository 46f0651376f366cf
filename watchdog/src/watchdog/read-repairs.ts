/** Counters of the services that tell of repairs, with what each means to an operator. */
export const repairCounters: Readonly<Record<string, string>> = {
  outbox_swept_total: 'events that a dead process left behind, published by the sweep',
  overdue_orders_cancelled_total: 'orders whose timer never rang, cancelled a minute late',
  orders_republished_total: 'orders whose last event was republished because nothing answered it for 30 s',
  tickets_republished_total: 'tickets whose state was republished because an order had missed the answer to its event',
  attempts_recovered_total: 'payment attempts without an outcome, settled from the PaymentIntent at Stripe',
  unmarked_refunds_total: 'paid orders that were cancelled without a mark for refund, marked by the safety net',
};

export interface Repairs {
  readonly service: string;
  readonly counter: string;
  /** Since the replicas started; undefined when one of them does not answer. */
  readonly count: number | undefined;
}

const timeoutMs = 1_500;

/** Sums of the counters in Prometheus' text, labels aside. */
export const sumCounters = (text: string): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([a-z_]+)(?:\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    if (name in repairCounters) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
};

const read = async (url: string): Promise<ReadonlyMap<string, number> | undefined> => {
  try {
    const answer = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(timeoutMs) });
    return answer.ok ? sumCounters(await answer.text()) : undefined;
  } catch {
    return undefined;
  }
};

/** What the services' reconcilers have repaired, read when somebody looks. */
export const readRepairs = async (urls: Readonly<Record<string, readonly string[]>>): Promise<Repairs[]> => {
  const found = await Promise.all(
    Object.entries(urls).map(async ([service, replicas]) => {
      const sums = await Promise.all(replicas.map(read));
      const names = new Set(sums.flatMap((counters) => [...(counters?.keys() ?? [])]));
      const isWhole = !sums.includes(undefined);
      if (names.size === 0) return [{ service, counter: '', count: undefined }];
      return [...names].map((counter) => ({
        service,
        counter,
        count: isWhole ? sums.reduce((total, counters) => total + (counters?.get(counter) ?? 0), 0) : undefined,
      }));
    }),
  );
  return found.flat();
};
