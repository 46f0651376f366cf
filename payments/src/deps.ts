import type { OrderState } from '@ticketing/common/events';
import type { SecurityLog } from '@ticketing/common/http';
import type { Currency } from '@ticketing/common/money';
import type { AccountGateway } from './gateways/stripe/accounts.ts';
import type { EventWaits, Logger } from '@ticketing/common/service';
import type { Receipts } from '@ticketing/common/receipt';
import type { PaymentGateway } from './gateways/stripe/gateway.ts';
import type { TransferGateway } from './gateways/stripe/transfers.ts';
import type { LocalPayments } from './memory/local-payments.ts';
import type { MovedOrders } from './memory/moved-orders.ts';
import type { PaymentsMetrics } from './metrics.ts';
import type { Models } from './models/open-models.ts';

/** What commands and queries need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly securityLog: SecurityLog;
  /** Of all prices. */
  readonly currency: Currency;
  /** Our share of a sale. */
  readonly feePercent: number;
  /** From the start of an event until its proceeds are released. */
  readonly payoutDelayMs: number;
  /** The site's address. */
  readonly site: URL;
  readonly receipts: Receipts;
  readonly gateway: PaymentGateway;
  readonly accounts: AccountGateway;
  readonly transfers: TransferGateway;
  /** Of requests to pay, until their orders are payable. */
  readonly payableOrders: EventWaits<OrderState>;
  /** Of requests that have paid, until their orders are complete. */
  readonly completions: EventWaits<OrderState>;
  readonly localPayments: LocalPayments;
  readonly movedOrders: MovedOrders;
  readonly metrics: PaymentsMetrics;
  /** How long a buyer's request and a worker wait for Stripe, all calls for one order together. */
  readonly timeoutMs: { readonly buyer: number; readonly worker: number };
  /** How long a request waits for the events that make its order payable. */
  readonly waitForOrderMs: number;
  /** How long a request that has paid waits until its order is complete. */
  readonly completionMs: number;
  /** Declines after which payment has failed for good. */
  readonly maxDeclines: number;
}
