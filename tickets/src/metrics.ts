import type { Metrics } from '@ticketing/common/service';

export const openMetrics = (metrics: Metrics) => ({
  claimsRefused: metrics.counter('claims_refused_total', 'Orders that were refused their ticket', ['reason']),
  ticketsRepublished: metrics.counter(
    'tickets_republished_total',
    'Tickets whose state was republished because an order had missed the answer to its event',
  ),
});

export type TicketsMetrics = ReturnType<typeof openMetrics>;
