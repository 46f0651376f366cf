import type { PaymentGateway } from '../gateways/stripe.ts';
import type { Models } from '../models/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { OwnPayments } from './own-payments.ts';

/** What the commands of payments need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly gateway: PaymentGateway;
  readonly arrivals: Arrivals;
  readonly ownPayments: OwnPayments;
  /** How long Stripe is waited for, all calls for one order together: by a buyer, and by everything else. */
  readonly patienceMs: { readonly buyer: number; readonly worker: number };
  /** Declines after which payment has failed for good. */
  readonly maxAttempts: number;
  readonly counters: {
    /** An attempt that had no outcome long after its claim, settled by what Stripe says. */
    attemptRecovered(): void;
    /** Money of a cancelled order that was returned. */
    refunded(): void;
    /** Money of a cancelled order that no event had led to. */
    strayMoneyFound(count: number): void;
  };
}
