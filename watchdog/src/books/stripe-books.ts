import { Stripe } from 'stripe';
import type { MoneyRecord, RefundRecord } from './records.ts';

/** What Stripe, or the sandbox, has really taken and given back. */
export interface StripeBooks {
  /** Charges that took money, newest first; with `since` (seconds since 1970) those made from then on. */
  money(since?: number): Promise<readonly MoneyRecord[]>;
  refunds(since?: number): Promise<readonly RefundRecord[]>;
  /** The charges of one PaymentIntent that took money. */
  moneyOfIntent(intentId: string): Promise<readonly MoneyRecord[]>;
}

export interface StripeAddress {
  /** Of something else that speaks Stripe's API, a user name before the @ of it is its key; undefined is Stripe itself. */
  readonly host: string | undefined;
  readonly key: string | undefined;
}

const timeoutMs = 15_000;
const page = 100;

const idOf = (value: string | { readonly id: string } | null | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.id;

const toMoney = (charge: Stripe.Charge): MoneyRecord => ({
  id: charge.id,
  orderId: charge.metadata['orderId'],
  intentId: idOf(charge.payment_intent),
  amount: charge.amount,
  refunded: charge.amount_refunded,
  created: charge.created,
});

const toRefund = (refund: Stripe.Refund): RefundRecord => ({
  id: refund.id,
  chargeId: idOf(refund.charge),
  orderId: refund.metadata?.['orderId'],
  amount: refund.amount,
  created: refund.created,
});

const sinceFilter = (since: number | undefined) => (since === undefined ? {} : { created: { gte: since } });

/** The key and the rest of an address; the sandbox without a key takes any. */
const client = ({ host, key }: StripeAddress): Stripe => {
  const common = { maxNetworkRetries: 2, timeout: timeoutMs, telemetry: false };
  if (host === undefined) return new Stripe(key ?? '', common);
  const { protocol, hostname, port, username } = new URL(host);
  const isHttps = protocol === 'https:';
  return new Stripe(key ?? (username === '' ? 'sk_test_audit' : decodeURIComponent(username)), {
    ...common,
    host: hostname,
    port: port === '' ? (isHttps ? 443 : 80) : Number(port),
    protocol: isHttps ? 'https' : 'http',
  });
};

export const openStripeBooks = (address: StripeAddress): StripeBooks => {
  const stripe = client(address);
  return {
    money: async (since) => {
      const money: MoneyRecord[] = [];
      for await (const charge of stripe.charges.list({ limit: page, ...sinceFilter(since) })) {
        if (charge.paid) money.push(toMoney(charge));
      }
      return money;
    },
    refunds: async (since) => {
      const refunds: RefundRecord[] = [];
      for await (const refund of stripe.refunds.list({ limit: page, ...sinceFilter(since) })) {
        if (refund.status !== 'failed' && refund.status !== 'canceled') refunds.push(toRefund(refund));
      }
      return refunds;
    },
    moneyOfIntent: async (intentId) => {
      const { data } = await stripe.charges.list({ limit: page, payment_intent: intentId });
      return data.filter(({ paid }) => paid).map(toMoney);
    },
  };
};
