import { noVictim, type Injected } from '../faults/injector.ts';

export interface OrderTime {
  readonly requested: number;
  readonly acknowledged: number;
}

export interface Recovery {
  readonly victim: string;
  /** From the kill until the acknowledgement of the first order that was requested after it. */
  readonly ms: number;
}

/** Returns how long after each kill the first new order was acknowledged, if an order was requested after it. */
export const recoveries = (injected: readonly Injected[], orders: readonly OrderTime[]): Recovery[] =>
  injected.flatMap(({ kind, what, at }) => {
    if (kind !== 'kill' || what === noVictim) return [];
    const first = orders.reduce(
      (earliest, { requested, acknowledged }) => (requested >= at ? Math.min(earliest, acknowledged) : earliest),
      Infinity,
    );
    return first === Infinity ? [] : [{ victim: what, ms: first - at }];
  });
