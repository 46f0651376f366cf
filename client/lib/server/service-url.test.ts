import { expect, test } from '@jest/globals';
import { serviceUrl } from './service-url.ts';

test.each([
  ['/api/users/currentuser', 'http://auth:3000'],
  ['/api/tickets?mine=true', 'http://tickets:3000'],
  ['/api/events/1', 'http://tickets:3000'],
  ['/api/orders/1', 'http://orders:3000'],
  ['/api/payments', 'http://payments:3000'],
])('When the path is %s and each service has its own address, then the base URL is %s', (path, url) => {
  expect(serviceUrl('http://{service}:3000', path)).toBe(url);
});

test('When all services share one address, then it is the base URL', () => {
  expect(serviceUrl('http://router:3000', '/api/orders')).toBe('http://router:3000');
});
