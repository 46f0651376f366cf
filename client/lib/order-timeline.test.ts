import { expect, test } from '@jest/globals';
import { orderTimeline } from './order-timeline.ts';

const moved = (status: string, at: string, reason?: string) => ({ status, at, reason });

test('When an order was paid, delivered and refunded, then its timeline says so in the order of the times', () => {
  const timeline = orderTimeline({
    history: [
      moved('created', '2031-05-01T10:00:00.000Z'),
      moved('awaiting:payment', '2031-05-01T10:00:01.000Z'),
      moved('complete', '2031-05-01T10:02:00.000Z'),
      moved('cancelled', '2031-05-03T10:00:00.000Z', 'refunded'),
    ],
    delivery: { status: 'delivered', deliveredAt: '2031-05-02T10:00:00.000Z' },
    problemAt: '2031-05-02T12:00:00.000Z',
  });
  expect(timeline.map(({ label }) => label)).toEqual([
    'Ordered',
    'Held for you',
    'Paid',
    'Delivered',
    'You reported a problem',
    'This order was refunded',
  ]);
});

test('When an order has a move or a reason of a newer release, then its timeline shows what is known', () => {
  const history = [
    moved('created', '2031-05-01T10:00:00.000Z'),
    moved('parked', '2031-05-01T10:00:01.000Z'),
    moved('cancelled', '2031-05-01T10:00:02.000Z', 'rained_off'),
  ];
  expect(orderTimeline({ history }).map(({ label }) => label)).toEqual(['Ordered', 'This order was cancelled']);
});

test('When the orders service of the release before says no history, then there is no timeline', () => {
  expect(orderTimeline({})).toEqual([]);
});
