import type { Metrics } from '@ticketing/common/service';

export const openMetrics = (metrics: Metrics) => ({
  overdueOrdersCancelled: metrics.counter(
    'overdue_orders_cancelled_total',
    'Unpaid orders cancelled a minute after their deadline because their timer was lost',
  ),
  ordersRepublished: metrics.counter(
    'orders_republished_total',
    'Orders whose last event was republished because no response arrived within 30 s',
  ),
});

export type OrdersMetrics = ReturnType<typeof openMetrics>;
