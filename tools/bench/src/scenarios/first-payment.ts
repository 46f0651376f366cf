import type { HttpClient } from '@ticketing/test/http-client';
import { journeys, summary } from './journeys.ts';

/** Milliseconds of the response to an order's first payment, one at a time, while every call of Stripe takes `delayMs`. */
export const firstPayment = async (
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
    const { times } = await journeys(client, users, options.count, 1);
    return summary(times.payment);
  } finally {
    await behave(0);
  }
};
