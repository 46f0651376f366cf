import type { Metrics } from '@ticketing/common/service';

/** Every metric of payments beside those of all services. */
export const openMetrics = (metrics: Metrics) => ({
  attemptsRecovered: metrics.counter(
    'attempts_recovered_total',
    'Payment attempts still without an outcome 40 s after their claim, settled from the PaymentIntent at Stripe',
  ),
  refunds: metrics.counter('refunds_total', 'Refunded payments of cancelled orders'),
  ledgerConflicts: metrics.counter(
    'ledger_conflicts_total',
    'Entries that were refused because the ledger has another one of the same cause',
  ),
  oldestEntrySeconds: metrics.gauge(
    'ledger_oldest_waiting_seconds',
    'Age of the oldest entry that charges have recorded and the ledger does not have yet',
  ),
  failedRefunds: metrics.gauge('refunds_failed', 'Orders whose refund was sent back by the bank and not made again'),
  openDisputes: metrics.gauge('disputes_open', 'Orders with a dispute that their bank has not decided'),
  followedAt: metrics.gauge(
    'stripe_followed_timestamp_seconds',
    'Up to when everything that has moved at Stripe is in the charges',
  ),
  unmarkedRefunds: metrics.counter(
    'unmarked_refunds_total',
    'Paid orders that were cancelled without a mark for refund, found and marked by the safety net',
  ),
  transfersWaiting: metrics.gauge(
    'transfers_waiting',
    'Transfers to sellers that Stripe refuses or does not respond to; they are retried',
  ),
  sellerDebts: metrics.gauge(
    'seller_debts',
    'Transfers of which Stripe refuses to take back what a refund or a dispute has cost; they are retried',
  ),
  attemptsRefused: metrics.counter(
    'attempts_refused_by_stripe_total',
    'Payment attempts that Stripe refused because another attempt of the order was in progress or had succeeded',
  ),
});

export type PaymentsMetrics = ReturnType<typeof openMetrics>;
