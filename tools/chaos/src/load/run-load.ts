import { journeys, type World } from './journeys.ts';
import type { Ledger } from './ledger.ts';

/** Stories at a time. */
const atOnce = 24;
/** Of those that take as long as a hold. */
const waitingAtMost = 120;

/**
 * Runs journeys until so many orders are acknowledged, then calls `onLastOrder` while some are still held; resolves when
 * all journeys have ended.
 */
export const runLoad = async (
  world: World,
  ledger: Ledger,
  options: { readonly orders: number; readonly onLastOrder: () => Promise<void> },
): Promise<void> => {
  const { orders, onLastOrder } = options;
  const waiting = new Set<Promise<void>>();
  const live = async () => {
    while (ledger.orders.size < orders && !world.stopping.aborted) {
      const { name, run, waits } = world.random.weighted(journeys);
      if (waits !== undefined && waiting.size >= waitingAtMost) continue;
      ledger.count(name);
      const running = run(world);
      if (waits === undefined) {
        await running;
        continue;
      }
      const kept = running.finally(() => waiting.delete(kept));
      waiting.add(kept);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, live));
  await onLastOrder();
  await Promise.all(waiting);
};
