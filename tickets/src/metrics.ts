import type { Metrics } from '@ticketing/common/service';

export const openMetrics = (metrics: Metrics) => ({
  claimsRefused: metrics.counter('claims_refused_total', 'Orders that were refused their ticket', ['reason']),
  deliveriesFailed: metrics.counter(
    'deliveries_failed_total',
    'Sold tickets that were not delivered by their deadline',
  ),
  ticketsRepublished: metrics.counter(
    'tickets_republished_total',
    'Tickets whose state was republished because the response to an order event was lost',
  ),
});

export type TicketsMetrics = ReturnType<typeof openMetrics>;
