import { expect, test } from '@jest/globals';
import { upstreamOf } from './routes.ts';

test.each([
  ['/api/users/signup', 'auth'],
  ['/api/tickets', 'tickets'],
  ['/api/tickets?mine=true', 'tickets'],
  ['/api/events/1', 'tickets'],
  ['/api/orders/1', 'orders'],
  ['/api/payments/webhook', 'payments'],
  ['/api', undefined],
  ['/api?page=1', undefined],
  ['/api/', undefined],
  ['/api/ticketsandmore', undefined],
  ['/api/unknown', undefined],
  ['/apis', 'client'],
  ['/', 'client'],
  ['/?next=/api/orders', 'client'],
  ['/tickets/1', 'client'],
  ['/healthzone', 'client'],
  ['/healthz', undefined],
  ['/readyz?verbose', undefined],
  ['/metrics/', undefined],
])('When the path is %s, then it is routed to %s', (url, upstream) => {
  expect(upstreamOf(url)).toBe(upstream);
});
