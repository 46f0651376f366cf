import { liveBlocks } from '@ticketing/common/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { number, text } from './json-field.ts';
import type { Ledger } from './ledger.ts';
import type { MadeOrder } from './market.ts';
import { isTransient } from './retrying-client.ts';

/** Longer than any outage. */
const outageMs = 150_000;
const reconnectMs = 500;

const isFinal = (status: string | undefined): boolean => status === 'complete' || status === 'cancelled';

const parse = (data: string): unknown => {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
};

/** The states in a stream, as they come. Ends with the stream, or when it cannot be opened. */
async function* statesOf(
  url: string,
  {
    cookie,
    signal,
    unexpected,
  }: { readonly cookie: string; readonly signal: AbortSignal; readonly unexpected: string[] },
): AsyncGenerator {
  const response = await fetch(url, { headers: { cookie }, signal });
  if (response.status !== 200) {
    if (!isTransient(response)) unexpected.push(`follow an order: ${response.status} ${await response.text()}`);
    else await response.body?.cancel();
    return;
  }
  for await (const block of liveBlocks(response)) {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined) continue;
    const state = parse(data);
    if (number(state, 'version') === undefined) unexpected.push(`follow an order: ${data}`);
    else yield state;
  }
}

/**
 * Connects again whenever the stream ends. Returns what was wrong: it went back to an earlier state within a connection, or did not
 * show the end. From one connection to the next it may go back: a primary of MongoDB that is being replaced is read for a moment
 * more, and the site's pages keep the newer state.
 */
const untilEnd = async (
  origin: string,
  { id, buyer }: MadeOrder,
  {
    signal,
    stopping,
    unexpected,
  }: { readonly signal: AbortSignal; readonly stopping: AbortSignal; readonly unexpected: string[] },
): Promise<string | undefined> => {
  let shown: string | undefined;
  while (!signal.aborted) {
    let version = -1;
    try {
      for await (const state of statesOf(`${origin}/api/orders/${id}/stream`, {
        cookie: buyer.cookie,
        signal,
        unexpected,
      })) {
        const next = number(state, 'version') ?? -1;
        if (next < version) return `the stream of order ${id} went back from version ${version} to ${next}`;
        version = next;
        shown = text(state, 'status');
        if (isFinal(shown)) return undefined;
      }
    } catch {
      // The connection has ended, or nobody is there.
    }
    await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
  }
  return stopping.aborted ? undefined : `the stream of order ${id} shows ${shown ?? 'nothing'}, and not its end`;
};

/**
 * Follows an order by its stream, as its open page does, until it shows that the order has ended. `ending` resolves to whether that
 * was acknowledged.
 */
export const followOrder = async (
  origin: string,
  order: MadeOrder,
  options: { readonly ending: Promise<boolean>; readonly ledger: Ledger; readonly stopping: AbortSignal },
): Promise<void> => {
  const { ending, ledger, stopping } = options;
  const acknowledged = ending.then((hasEnded) => (hasEnded ? performance.now() : undefined));
  const timeout = AbortSignal.timeout(Math.max(0, order.expiresAt - Date.now()) + outageMs);
  const problem = await untilEnd(origin, order, {
    signal: AbortSignal.any([stopping, timeout]),
    stopping,
    unexpected: ledger.unexpected,
  });
  const shownAt = performance.now();
  const endedAt = await acknowledged;
  if (problem !== undefined) ledger.unseen.push(problem);
  else if (endedAt !== undefined) ledger.shown.push({ endedAt, shownAt });
};
