import type { MoneyRecord, RefundRecord } from '../books/records.ts';
import type { StripeBooks } from '../books/stripe-books.ts';

/** Charges are remembered up to this many; of orders older than the oldest of them, the window knows nothing. */
const mostCharges = 20_000;
/** Stripe's clock and that of orders may differ by this much. */
const clockSlackMs = 60_000;
/** Stripe counts in seconds, and what is made in the same one may come into its list a little later. */
const overlapSeconds = 2;
/** So far back the window begins. */
const beginMs = 5 * 60_000;

/** The latest money at Stripe, read a little at a time, so that no pass asks for what an earlier one has read. */
export class MoneyWindow {
  readonly #stripe: StripeBooks;
  readonly #charges = new Map<string, MoneyRecord>();
  readonly #ofOrder = new Map<string, Set<string>>();
  readonly #refunds = new Map<string, RefundRecord>();
  #beganAt: number;
  #newestCharge: number;
  #newestRefund: number;

  constructor(stripe: StripeBooks, now: number) {
    this.#stripe = stripe;
    this.#beganAt = now - beginMs;
    this.#newestCharge = Math.floor(this.#beganAt / 1000);
    this.#newestRefund = this.#newestCharge;
  }

  /** Reads what has come since the last time; answers the orders that it is of, and the charges that are of none. */
  async advance(): Promise<{ readonly orderIds: readonly string[] }> {
    const [charges, refunds] = await Promise.all([
      this.#stripe.money(this.#newestCharge - overlapSeconds),
      this.#stripe.refunds(this.#newestRefund - overlapSeconds),
    ]);
    const changed = new Set<string>();
    // Oldest first, as they are dropped.
    for (const charge of charges.toReversed()) {
      if (!this.#charges.has(charge.id) && charge.orderId !== undefined) changed.add(charge.orderId);
      this.#keep(charge);
      this.#newestCharge = Math.max(this.#newestCharge, charge.created);
    }
    for (const refund of refunds) {
      this.#newestRefund = Math.max(this.#newestRefund, refund.created);
      if (this.#refunds.has(refund.id)) continue;
      this.#refunds.set(refund.id, refund);
      const charge = this.#charges.get(refund.chargeId ?? '');
      // A charge of this very answer tells of the refund itself.
      if (charge !== undefined && !charges.some(({ id }) => id === charge.id)) {
        this.#charges.set(charge.id, { ...charge, refunded: charge.refunded + refund.amount });
      }
      const orderId = refund.orderId ?? charge?.orderId;
      if (orderId !== undefined) changed.add(orderId);
    }
    this.#forget();
    return { orderIds: [...changed] };
  }

  /** Whether every charge of an order made at this moment is in the window. */
  covers(createdAt: number): boolean {
    return createdAt >= this.#beganAt + clockSlackMs;
  }

  moneyOf(orderIds: Iterable<string>): MoneyRecord[] {
    return [...orderIds].flatMap((orderId) =>
      [...(this.#ofOrder.get(orderId) ?? [])].flatMap((id) => this.#charges.get(id) ?? []),
    );
  }

  /** Money that names no order at all. */
  moneyOfNobody(): MoneyRecord[] {
    return this.moneyOf(['']);
  }

  refundsOf(orderIds: ReadonlySet<string>): RefundRecord[] {
    return [...this.#refunds.values()].filter(({ orderId, chargeId }) =>
      orderIds.has(orderId ?? this.#charges.get(chargeId ?? '')?.orderId ?? ''),
    );
  }

  #keep(charge: MoneyRecord): void {
    const known = this.#charges.get(charge.id);
    this.#charges.set(charge.id, charge);
    if (known !== undefined) return;
    const key = charge.orderId ?? '';
    const ids = this.#ofOrder.get(key);
    if (ids === undefined) this.#ofOrder.set(key, new Set([charge.id]));
    else ids.add(charge.id);
  }

  #forget(): void {
    for (const [id, { created, orderId }] of this.#charges) {
      if (this.#charges.size <= mostCharges) break;
      this.#charges.delete(id);
      this.#ofOrder.delete(orderId ?? '');
      this.#beganAt = Math.max(this.#beganAt, created * 1000 + 1000);
    }
    for (const id of this.#refunds.keys()) {
      if (this.#refunds.size <= mostCharges) break;
      this.#refunds.delete(id);
    }
  }
}
