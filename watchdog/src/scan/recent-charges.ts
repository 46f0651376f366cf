import { lookUp } from '../snapshot/snapshot.ts';
import type { ChargeRecord, RefundRecord, StripeSource } from '../sources/stripe.ts';

/** Of charges, and of refunds; a read returns no more either. */
const maxEntries = 20_000;
/** Tolerated difference between the clocks of Stripe and orders. */
const clockSkewMs = 60_000;
/** Stripe counts in seconds, and may list a charge of the same second a little later. */
const overlapSeconds = 2;
const lookBackMs = 5 * 60_000;

type RecentSource = Pick<StripeSource, 'charges' | 'refunds'>;

/** The newest charges and refunds at Stripe, read incrementally: each scan requests only what is new. */
export class RecentCharges {
  readonly #stripe: RecentSource;
  readonly #charges = new Map<string, ChargeRecord>();
  readonly #idsByOrder = new Map<string | undefined, Set<string>>();
  readonly #refunds = new Map<string, RefundRecord>();
  #completeSince: number;
  #newestCharge: number;
  #newestRefund: number;

  constructor(stripe: RecentSource, now: number) {
    this.#stripe = stripe;
    this.#completeSince = now - lookBackMs;
    this.#newestCharge = Math.floor(this.#completeSince / 1000);
    this.#newestRefund = this.#newestCharge;
  }

  /** Reads what is new, and returns the ids of its orders. */
  async advance(): Promise<string[]> {
    const [charges, refunds] = await Promise.all([
      this.#stripe.charges(this.#newestCharge - overlapSeconds, maxEntries),
      this.#stripe.refunds(this.#newestRefund - overlapSeconds, maxEntries),
    ]);
    const oldest = charges.length < maxEntries ? undefined : charges.at(-1);
    // There may be more between the last read and this one.
    if (oldest !== undefined) this.#isCompleteAfter(oldest);
    const orderIds = new Set<string>();
    // Oldest first, which is also the order in which they are dropped.
    for (const charge of charges.toReversed()) {
      if (!this.#charges.has(charge.id) && charge.orderId !== undefined) orderIds.add(charge.orderId);
      this.#keep(charge);
      this.#newestCharge = Math.max(this.#newestCharge, charge.created);
    }
    for (const refund of refunds) {
      this.#newestRefund = Math.max(this.#newestRefund, refund.created);
      if (this.#refunds.has(refund.id)) continue;
      this.#refunds.set(refund.id, refund);
      const charge = lookUp(this.#charges, refund.chargeId);
      // A charge that was read just now includes the refund already.
      if (charge !== undefined && !charges.some(({ id }) => id === charge.id)) {
        this.#charges.set(charge.id, { ...charge, refunded: Math.min(charge.amount, charge.refunded + refund.amount) });
      }
      const orderId = refund.orderId ?? charge?.orderId;
      if (orderId !== undefined) orderIds.add(orderId);
    }
    this.#dropOldest();
    return [...orderIds];
  }

  /** Whether every charge of an order created at this time is here. */
  covers(createdAt: number): boolean {
    return createdAt >= this.#completeSince + clockSkewMs;
  }

  /** Charges of these orders; `undefined` stands for the charges that name no order. */
  chargesOf(orderIds: readonly (string | undefined)[]): ChargeRecord[] {
    return orderIds.flatMap((orderId) =>
      [...(this.#idsByOrder.get(orderId) ?? [])].flatMap((id) => this.#charges.get(id) ?? []),
    );
  }

  refundsOf(orderIds: readonly string[]): RefundRecord[] {
    const wanted = new Set<string | undefined>(orderIds);
    return [...this.#refunds.values()].filter((refund) =>
      wanted.has(refund.orderId ?? lookUp(this.#charges, refund.chargeId)?.orderId),
    );
  }

  #keep(charge: ChargeRecord): void {
    this.#charges.set(charge.id, charge);
    const ids = this.#idsByOrder.get(charge.orderId);
    if (ids === undefined) this.#idsByOrder.set(charge.orderId, new Set([charge.id]));
    else ids.add(charge.id);
  }

  /** Charges of the same second or before may be missing. */
  #isCompleteAfter({ created }: ChargeRecord): void {
    this.#completeSince = Math.max(this.#completeSince, created * 1000 + 1000);
  }

  #dropOldest(): void {
    for (const [id, charge] of this.#charges) {
      if (this.#charges.size <= maxEntries) break;
      this.#charges.delete(id);
      this.#idsByOrder.delete(charge.orderId);
      this.#isCompleteAfter(charge);
    }
    for (const id of this.#refunds.keys()) {
      if (this.#refunds.size <= maxEntries) break;
      this.#refunds.delete(id);
    }
  }
}
