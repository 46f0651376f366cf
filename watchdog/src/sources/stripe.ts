import { serverAddress } from '@ticketing/common/service';
import { Stripe } from 'stripe';
import { missing } from './find-all.ts';
import { toMovement, type Movement } from './stripe-movements.ts';
import { describeFailure } from './unreadable-error.ts';

/** A charge at Stripe that took money; declined charges are left out. */
export interface ChargeRecord {
  readonly id: string;
  readonly orderId: string | undefined;
  readonly intentId: string | undefined;
  readonly amount: number;
  readonly currency: string;
  readonly refunded: number;
  /** In seconds since 1970, as at Stripe. */
  readonly created: number;
}

/** A refund at Stripe that neither failed nor was canceled. */
export interface RefundRecord {
  readonly id: string;
  readonly chargeId: string | undefined;
  readonly orderId: string | undefined;
  readonly amount: number;
  /** In seconds since 1970. */
  readonly created: number;
}

/** A PaymentIntent at Stripe. */
export interface IntentRecord {
  readonly id: string;
  readonly orderId: string | undefined;
  /** Stripe's, or `missing` if Stripe does not know it. */
  readonly status: string;
}

/** A dispute at Stripe. */
export interface DisputeRecord {
  readonly id: string;
  readonly intentId: string | undefined;
  /** In seconds since 1970. */
  readonly created: number;
}

/** What is charged, refunded and disputed at Stripe, or at the sandbox. Each read may throw an UnreadableError. */
export interface StripeSource {
  /** Newest first, at most `limit`; with `since` (seconds since 1970) only those created from then on. */
  charges(since?: number, limit?: number): Promise<readonly ChargeRecord[]>;
  refunds(since?: number, limit?: number): Promise<readonly RefundRecord[]>;
  /** The charges of one PaymentIntent. */
  chargesOfIntent(intentId: string): Promise<readonly ChargeRecord[]>;
  intents(): Promise<readonly IntentRecord[]>;
  /** Those of them that Stripe does not know are `missing`. One request each. */
  intentsOf(ids: readonly string[]): Promise<readonly IntentRecord[]>;
  /** Newest first; with `since` (seconds since 1970) only those created from then on. */
  disputes(since?: number): Promise<readonly DisputeRecord[]>;
  /** Every change of the balance that was made for orders, in a time in seconds since 1970. */
  movements(created?: { readonly gte: number; readonly lt: number }): Promise<readonly Movement[]>;
}

export interface StripeAddress {
  /** Of another server with Stripe's API; a user name in it is the key. Undefined is Stripe itself. */
  readonly host: string | undefined;
  readonly key: string | undefined;
}

const timeoutMs = 15_000;
const pageSize = 100;

const idOf = (value: string | { readonly id: string } | null | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.id;

const toChargeRecord = (charge: Stripe.Charge): ChargeRecord => ({
  id: charge.id,
  orderId: charge.metadata['orderId'],
  intentId: idOf(charge.payment_intent),
  amount: charge.amount,
  currency: charge.currency,
  refunded: charge.amount_refunded,
  created: charge.created,
});

const toRefundRecord = (refund: Stripe.Refund): RefundRecord => ({
  id: refund.id,
  chargeId: idOf(refund.charge),
  orderId: refund.metadata?.['orderId'],
  amount: refund.amount,
  created: refund.created,
});

const toIntentRecord = ({ id, metadata, status }: Stripe.PaymentIntent): IntentRecord => ({
  id,
  orderId: metadata['orderId'],
  status,
});

const sinceFilter = (since: number | undefined) => (since === undefined ? {} : { created: { gte: since } });

const createClient = ({ host, key }: StripeAddress): Stripe => {
  const common = { maxNetworkRetries: 2, timeout: timeoutMs, telemetry: false };
  if (host === undefined) {
    if (key === undefined) throw new Error('Stripe needs a key, or the address of another server');
    return new Stripe(key, common);
  }
  const { username } = new URL(host);
  // The sandbox accepts any key unless it is started with one.
  const defaultKey = username === '' ? 'sk_test_audit' : decodeURIComponent(username);
  return new Stripe(key ?? defaultKey, { ...common, ...serverAddress(host) });
};

export const openStripe = (address: StripeAddress): StripeSource => {
  const stripe = createClient(address);
  return {
    charges: (since, limit = Infinity) =>
      describeFailure('the charges at Stripe', async () => {
        const charges: ChargeRecord[] = [];
        for await (const charge of stripe.charges.list({ limit: pageSize, ...sinceFilter(since) })) {
          if (charge.paid) charges.push(toChargeRecord(charge));
          if (charges.length >= limit) break;
        }
        return charges;
      }),
    refunds: (since, limit = Infinity) =>
      describeFailure('the refunds at Stripe', async () => {
        const refunds: RefundRecord[] = [];
        for await (const refund of stripe.refunds.list({ limit: pageSize, ...sinceFilter(since) })) {
          if (refund.status !== 'failed' && refund.status !== 'canceled') refunds.push(toRefundRecord(refund));
          if (refunds.length >= limit) break;
        }
        return refunds;
      }),
    chargesOfIntent: (intentId) =>
      describeFailure('the charges at Stripe', async () => {
        const { data } = await stripe.charges.list({ limit: pageSize, payment_intent: intentId });
        return data.filter(({ paid }) => paid).map(toChargeRecord);
      }),
    intents: () =>
      describeFailure('the PaymentIntents at Stripe', async () => {
        const intents: IntentRecord[] = [];
        for await (const intent of stripe.paymentIntents.list({ limit: pageSize }))
          intents.push(toIntentRecord(intent));
        return intents;
      }),
    intentsOf: (ids) =>
      describeFailure('the PaymentIntents at Stripe', async () => {
        const intents: IntentRecord[] = [];
        for (const id of ids) {
          try {
            intents.push(toIntentRecord(await stripe.paymentIntents.retrieve(id)));
          } catch (error) {
            if (!(error instanceof Stripe.errors.StripeError) || error.statusCode !== 404) throw error;
            intents.push({ id, orderId: undefined, status: missing.text });
          }
        }
        return intents;
      }),
    disputes: (since) =>
      describeFailure('the disputes at Stripe', async () => {
        const disputes: DisputeRecord[] = [];
        for await (const dispute of stripe.disputes.list({ limit: pageSize, ...sinceFilter(since) }))
          disputes.push({ id: dispute.id, intentId: idOf(dispute.payment_intent), created: dispute.created });
        return disputes;
      }),
    movements: (created) =>
      describeFailure('the balance at Stripe', async () => {
        const query = { limit: pageSize, ...(created === undefined ? {} : { created }) };
        const orders = new Map<string, string>();
        for await (const { id, metadata } of stripe.charges.list(query)) orders.set(id, metadata['orderId'] ?? id);
        const movements: Movement[] = [];
        for await (const transaction of stripe.balanceTransactions.list(query)) {
          // A charge may be some seconds older than its balance transaction.
          const movement = toMovement(transaction, (id) => orders.get(id) ?? id);
          if (movement !== undefined) movements.push(movement);
        }
        return movements;
      }),
  };
};
