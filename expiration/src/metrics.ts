import type { Metrics } from '@ticketing/common/service';

export const openMetrics = (metrics: Metrics) => ({
  timersRung: metrics.counter(
    'timers_rung_total',
    'Timers fired: order.expired and order.delivery-due events published',
  ),
  timersUnanswered: metrics.gauge(
    'timers_unanswered',
    'Timers that have fired for a day without an event that their order has ended',
  ),
});

export type ExpirationMetrics = ReturnType<typeof openMetrics>;
