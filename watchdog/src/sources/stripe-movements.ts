import type { Stripe } from 'stripe';

/** A change of the balance at Stripe that was made for an order, without Stripe's own fees. */
export interface Movement {
  /** The cause under which the ledger has it; of a dispute without the part that tells its movements apart. */
  readonly cause: string;
  /** Minor units: what was added to the balance. */
  readonly amount: number;
  /** In seconds since 1970. */
  readonly created: number;
}

/** What is part of the business; payouts to the bank and Stripe's invoices are not in the ledger. */
const causes: Readonly<Record<string, (source: string, orderOf: (charge: string) => string) => string>> = {
  charge: (source, orderOf) => `charge:${orderOf(source)}`,
  payment: (source, orderOf) => `charge:${orderOf(source)}`,
  refund: (source) => `refund:${source}`,
  payment_refund: (source) => `refund:${source}`,
  refund_failure: (source) => `refund-failed:${source}`,
  payment_failure_refund: (source) => `refund-failed:${source}`,
  adjustment: (source) => `dispute:${source}`,
  transfer: (source) => `transfer:${source}`,
  transfer_refund: (source) => `reversal:${source}`,
};

type Transaction = Pick<Stripe.BalanceTransaction, 'type' | 'amount' | 'created' | 'source'>;

/** `orderOf` returns the order of a charge. */
export const toMovement = (
  { type, amount, created, source }: Transaction,
  orderOf: (id: string) => string,
): Movement | undefined => {
  const id = typeof source === 'string' ? source : source?.id;
  const causeOf = causes[type];
  return id === undefined || causeOf === undefined ? undefined : { cause: causeOf(id, orderOf), amount, created };
};
