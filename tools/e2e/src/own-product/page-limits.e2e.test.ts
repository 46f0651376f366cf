import { expect } from '@jest/globals';
import { openHttpClient } from '@ticketing/test/http-client';
import { testOnThisMachine } from '../site.ts';
import { useOwnProduct } from './use-own-product.ts';

const { running } = useOwnProduct({ RATE_LIMITS: 'on', TRUST_PROXY: '1' });

const visitor = (address: string) =>
  openHttpClient(running().loopbackUrl, { headers: { 'x-forwarded-for': address }, connections: 16 });

testOnThisMachine(
  'When a visitor who has exceeded a limit requests a page with others, then these get the page',
  async () => {
    const [limited, other] = [visitor('203.0.113.1'), visitor('203.0.113.2')];
    const readAll = async (): Promise<void> => {
      while ((await limited.send({ method: 'GET', path: '/api/tickets' })).status !== 429);
    };
    await Promise.all(Array.from({ length: 16 }, readAll));

    let isRefused = false;
    // Again while one of the others was the first to request the page.
    for (let round = 0; round < 20 && !isRefused; round += 1) {
      // A minute may have passed, after which more is allowed.
      await readAll();
      const request = { method: 'GET', path: `/?q=${round}` };
      const [first, ...rest] = await Promise.all([limited, other, other].map((client) => client.send(request)));
      isRefused = first?.status === 503;
      expect(rest.map(({ status }) => status)).toEqual([200, 200]);
    }
    expect(isRefused).toBe(true);
    await Promise.all([limited.close(), other.close()]);
  },
  120_000,
);
