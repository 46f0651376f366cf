import type { HttpClient } from '@ticketing/test/http-client';
import { atMost } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { summary, takeJourneys } from './journeys.ts';

/** Milliseconds of the response to an order's first payment, one at a time, while every call of Stripe takes `delayMs`. */
const payFirst = async (
  client: HttpClient,
  sandboxUrl: string,
  users: { readonly sellers: readonly string[]; readonly buyers: readonly string[] },
  options: { readonly delayMs: number; readonly count: number },
): Promise<{ readonly p50: number; readonly p99: number }> => {
  const behave = async (delayMs: number): Promise<void> => {
    const response = await fetch(`${sandboxUrl}/sandbox/behaviour`, {
      method: 'POST',
      body: JSON.stringify({ delayMs }),
    });
    if (!response.ok) throw new Error(`the sandbox refused: ${await response.text()}`);
  };
  await behave(options.delayMs);
  try {
    const { times } = await takeJourneys(client, users, options.count, 1);
    return summary(times.payment);
  } finally {
    await behave(0);
  }
};

export const firstPayment: Scenario = {
  name: 'first-payment',
  run: async (bench) => {
    const { client, process, sellers, buyers } = await bench.product();
    const options = { delayMs: 300, count: Math.max(10, 50 * bench.scale) };
    const times = await payFirst(client, process('stripe-sandbox').url, { sellers, buyers }, options);
    return {
      figures: [atMost('first payment at 300 ms per call of Stripe, median', times.p50, 450, 'ms')],
      details: times,
    };
  },
};
