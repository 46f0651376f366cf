import type { Models } from '../models/index.ts';

/** What the commands of orders need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly newId: () => string;
  readonly windowSeconds: number;
  readonly counters: {
    /** An order that ran out long ago and whose timer never rang. */
    overdueCancelled(count: number): void;
    /** An order whose last event was published once more. */
    toldAgain(count: number): void;
  };
}
