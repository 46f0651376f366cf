import type { Metrics } from '@ticketing/common/service';

export const openMetrics = (metrics: Metrics) => ({
  overdueOrdersEnded: metrics.counter(
    'overdue_orders_ended_total',
    'Unpaid orders whose timers had not rung 0.5 s after their deadlines, found and ended by the sweep',
  ),
  closingQuestionsRepeated: metrics.counter(
    'closing_questions_repeated_total',
    'Closing orders whose event was published again because payments had not responded to it',
  ),
  ordersRepublished: metrics.counter(
    'orders_republished_total',
    'Orders whose last event was republished because no response arrived within 30 s',
  ),
  openProblems: metrics.gauge('open_problems', 'Problems that buyers have reported and no operator has settled'),
});

export type OrdersMetrics = ReturnType<typeof openMetrics>;
