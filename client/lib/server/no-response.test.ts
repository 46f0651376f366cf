import { expect, test } from '@jest/globals';
import { create } from 'axios';
import { describeNoResponse } from './no-response.ts';

test('When a service does not respond, then the log says which request and why, without its query', async () => {
  const http = create({ baseURL: 'http://127.0.0.1:1', adapter: 'http' });
  const error: unknown = await http.get('/api/tickets', { params: { q: 'opera' } }).catch((reason: unknown) => reason);
  expect(describeNoResponse(error)).toBe('no response from a service: GET /api/tickets: ECONNREFUSED');
});
