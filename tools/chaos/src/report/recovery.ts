import { noVictim, type Injected } from '../faults/injector.ts';

export interface OrderTime {
  readonly requested: number;
  readonly acknowledged: number;
}

export interface Recovery {
  readonly victim: string;
  /** From the kill until the acknowledgement of the first order that was requested after it, without outages. */
  readonly ms: number;
}

const outagesIn = (injected: readonly Injected[]): Injected[] => injected.filter(({ isOutage }) => isOutage);

/** How much of the time from `from` to `to` no outage was going on. */
export const timeWithoutOutage = (injected: readonly Injected[], from: number, to: number): number => {
  let ms = 0;
  let at = from;
  for (const outage of outagesIn(injected).toSorted((a, b) => a.at - b.at)) {
    ms += Math.max(0, Math.min(outage.at, to) - at);
    at = Math.max(at, outage.until);
  }
  return ms + Math.max(0, to - at);
};

/**
 * Returns how long after each kill the first new order was acknowledged, if an order was requested after it. Outages meanwhile
 * do not count, nor kills during one: the time after them is that of the outage.
 */
export const recoveries = (injected: readonly Injected[], orders: readonly OrderTime[]): Recovery[] =>
  injected.flatMap(({ kind, what, at }) => {
    if (kind !== 'kill' || what === noVictim) return [];
    if (outagesIn(injected).some((outage) => outage.at <= at && at < outage.until)) return [];
    const first = orders.reduce(
      (earliest, { requested, acknowledged }) => (requested >= at ? Math.min(earliest, acknowledged) : earliest),
      Infinity,
    );
    return first === Infinity ? [] : [{ victim: what, ms: timeWithoutOutage(injected, at, first) }];
  });
