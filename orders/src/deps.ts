import type { OrdersMetrics } from './metrics.ts';
import type { Models } from './models/open-models.ts';

/** What commands and queries need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly newId: () => string;
  readonly windowSeconds: number;
  readonly metrics: OrdersMetrics;
}
