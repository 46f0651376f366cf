import type { MailServer } from '@ticketing/mailbox/mail-server';
import type { Product } from '@ticketing/test/start-product';
import { setTimeout as delay } from 'node:timers/promises';

const killEveryMs = 5_000;
/** While the server is away, it refuses connections for this long, then accepts them and sends no response. */
const refuseMs = 40_000;
const hangMs = 20_000;

/** Every event is two messages, and each of them is delivered twice at once. */
export const duplicateEvents = {
  publishedButRefused: 0,
  refused: 0,
  publishedTwice: 1,
  publishedLate: 0,
  deliveredTwice: 1,
  acknowledgementLost: 0,
  deliveredLate: 0,
  lateMs: 0,
};

/**
 * Kills every process of notifications every 5 s, also while it starts; after `spareStarts` 5 s after it has started, since
 * the launcher waits 2 s before it starts the next one.
 */
export const startKills = (product: Product) => {
  let kills = 0;
  let lastKill = performance.now();
  let spares = false;
  const firstSeen = new Map<number, number>();
  const timer = setInterval(() => {
    const now = performance.now();
    const victims = product.processes().filter(({ name }) => name === 'notifications');
    for (const { pid } of victims) firstSeen.set(pid, firstSeen.get(pid) ?? now);
    if (!spares && now - lastKill < killEveryMs) return;
    for (const victim of victims) {
      if (spares && now - (firstSeen.get(victim.pid) ?? now) < killEveryMs) continue;
      lastKill = now;
      if (product.signal(victim, 'SIGKILL')) kills += 1;
    }
  }, 100);
  return {
    spareStarts: () => {
      spares = true;
    },
    stop: (): number => {
      clearInterval(timer);
      return kills;
    },
  };
};

export const stay = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(Math.max(0, ms), undefined, { signal }).catch(() => undefined);

/** The mail server refuses connections and hangs by turns. */
export const beAway = async (server: MailServer, ms: number, signal: AbortSignal): Promise<void> => {
  const end = performance.now() + ms;
  while (performance.now() < end && !signal.aborted) {
    await server.behave('off');
    await stay(Math.min(refuseMs, end - performance.now()), signal);
    if (performance.now() >= end) break;
    await server.behave('hang');
    await stay(Math.min(hangMs, end - performance.now()), signal);
  }
};
