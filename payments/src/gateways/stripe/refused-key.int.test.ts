import { afterEach, expect, test } from '@jest/globals';
import { createLogger } from '@ticketing/common/service';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { openStripe } from './client.ts';
import { createStripeGateway } from './gateway.ts';
import { createTransferGateway } from './transfers.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server[Symbol.asyncDispose]()));
});

/** A server that answers reads as Stripe does, and refuses every other call. */
const openRefusing = async (status: number, error: object) => {
  const server = createServer((req, res) => {
    res.writeHead(req.method === 'GET' ? 200 : status, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(req.method === 'GET' ? { id: 'pi_1', latest_charge: 'ch_1' } : { error }));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  let refused = 0;
  const metrics = { stripeKeyRefused: { inc: () => (refused += 1) }, attemptsRefused: { inc: () => undefined } };
  const logger = createLogger({ service: 'payments', level: 'silent' });
  const host = `http://127.0.0.1:${address.port}`;
  const client = openStripe({ key: 'sk_test_revoked', host, callTimeoutMs: 3_000 }, logger, metrics);
  const gateway = createStripeGateway(client, { webhookSecrets: [], returnUrl: (id) => id }, metrics);
  return { gateway, transfers: createTransferGateway(client), refusals: () => refused };
};

const order = { orderId: 'order', number: 1, amount: 1999, currency: 'usd' };
const accountGone = { type: 'invalid_request_error', code: 'account_invalid' };

test.each([
  [401, { type: 'invalid_request_error', code: 'invalid_api_key' }, 'unknown', 1],
  [
    403,
    { type: 'invalid_request_error', message: 'The provided key does not have the required permissions.' },
    'unknown',
    1,
  ],
  [403, accountGone, 'refused', 0],
] as const)(
  'When Stripe responds %i to a transfer or a reversal with %j, then its outcome is %s',
  async (status, error, kind, refusals) => {
    const { transfers, refusals: count } = await openRefusing(status, error);
    const deadline = performance.now() + 5_000;
    const transfer = { ...order, accountId: 'acct_1', intentId: 'pi_1' };
    expect(await transfers.createTransfer(transfer, deadline)).toEqual({ kind });
    expect(await transfers.reverseTransfer({ ...order, transferId: 'tr_1' }, deadline)).toEqual({ kind });
    expect(count()).toBe(2 * refusals);
  },
);

test.each([401, 403])(
  'When Stripe refuses our key with %i, then no payment or refund is known to have failed',
  async (status) => {
    const { gateway, refusals } = await openRefusing(status, { type: 'invalid_request_error' });
    const deadline = performance.now() + 5_000;
    expect(await gateway.tryCard({ ...order, token: 'tok_visa', intentId: undefined }, deadline)).toEqual({
      kind: 'unknown',
    });
    expect(await gateway.blockAttempt(order, deadline)).toEqual({ kind: 'unknown' });
    expect(await gateway.cancelIntent('pi_1', deadline)).toBe('unknown');
    expect(await gateway.refund({ ...order, intentId: 'pi_1' }, deadline)).toBe('unknown');
    expect(refusals()).toBe(4);
  },
);
