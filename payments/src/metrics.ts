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
    'Ledger entries rejected because the same id exists with other lines',
  ),
  oldestEntrySeconds: metrics.gauge(
    'ledger_oldest_waiting_seconds',
    'Age of the oldest entry that charges have recorded and the ledger does not have yet',
  ),
  failedRefunds: metrics.gauge(
    'refunds_failed',
    'Charges of which money is owed to the buyer that no refund has returned',
  ),
  openDisputes: metrics.gauge('disputes_open', 'Charges with an open dispute'),
  followedAt: metrics.gauge(
    'stripe_followed_timestamp_seconds',
    'Unix time up to which the events of Stripe have been applied',
  ),
  unmarkedRefunds: metrics.counter(
    'unmarked_refunds_total',
    'Paid orders that were cancelled without a mark for refund, found and marked by the safety net',
  ),
  transfersFailing: metrics.gauge(
    'transfers_failing',
    'Transfers to sellers that Stripe refuses or does not respond to; retried',
  ),
  sellerDebts: metrics.gauge('seller_debts', 'Transfers whose reversal Stripe refuses; retried'),
  stripeKeyRefused: metrics.counter(
    'stripe_key_refused_total',
    'Stripe calls refused because of our key: it is invalid, or lacks a right (401, 403)',
  ),
  attemptsRefused: metrics.counter(
    'attempts_refused_by_stripe_total',
    'Payment attempts that Stripe refused because another attempt of the order was in progress or had succeeded',
  ),
});

export type PaymentsMetrics = ReturnType<typeof openMetrics>;
