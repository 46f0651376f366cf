import { afterEach, expect, jest, test } from '@jest/globals';
import pino from 'pino';
import { eventually, throughout } from '../../../testing/eventually.ts';
import { openFaultyProxy } from '../../../testing/faulty-proxy.ts';
import { openNatsServer } from '../../../testing/servers.ts';
import { createReconnectDelay } from './reconnect-delay.ts';
import { createJetStreamTransport } from './transport.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

test('When the clock is set back while NATS is away, then the service connects as soon as NATS is back', async () => {
  const server = await openNatsServer();
  const proxy = await openFaultyProxy(`nats://127.0.0.1:${server.port}`);
  const logger = pino({ level: 'silent' });
  const transport = createJetStreamTransport({ url: proxy.url, clientName: 'orders', logger });
  try {
    await eventually(() => expect(transport.isConnected()).toBe(true));
    proxy.cut();
    await eventually(() => expect(transport.isConnected()).toBe(false));
    const time = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => time() - 10 * 60_000);
    await throughout(() => expect(transport.isConnected()).toBe(false), 500);
    proxy.restore();
    await eventually(() => expect(transport.isConnected()).toBe(true), 5_000);
  } finally {
    await transport.close();
    await proxy.close();
    await server.close();
  }
});

test('When the client has just tried to connect, then it waits before the next attempt', () => {
  const time = jest.spyOn(performance, 'now').mockReturnValue(1_000);
  const delay = createReconnectDelay();
  expect(delay()).toBe(Number.NEGATIVE_INFINITY);
  expect(delay()).toBeGreaterThanOrEqual(200);
  time.mockReturnValue(1_190);
  expect(delay()).toBeGreaterThanOrEqual(10);
  expect(delay()).toBeLessThan(120);
  time.mockReturnValue(1_300);
  expect(delay()).toBe(Number.NEGATIVE_INFINITY);
});
