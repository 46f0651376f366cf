import { nobody, type Injected } from '../faults/injector.ts';

export interface OrderTime {
  readonly asked: number;
  readonly answered: number;
}

export interface Recovery {
  readonly victim: string;
  /** From the kill until the first order that was asked for after it was acknowledged. */
  readonly ms: number;
}

/** How long after each kill the first new order was made. Kills after which no order was asked for tell nothing. */
export const recoveries = (injected: readonly Injected[], orders: readonly OrderTime[]): Recovery[] =>
  injected.flatMap(({ kind, what, at }) => {
    if (kind !== 'kill' || what === nobody) return [];
    const first = orders.reduce(
      (earliest, { asked, answered }) => (asked >= at ? Math.min(earliest, answered) : earliest),
      Infinity,
    );
    return first === Infinity ? [] : [{ victim: what, ms: first - at }];
  });
