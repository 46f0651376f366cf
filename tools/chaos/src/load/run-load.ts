import { journeys, type LoadContext } from './journeys.ts';
import type { Ledger } from './ledger.ts';

/** Journeys at a time. */
const concurrency = 24;
/** Limit of journeys that take as long as a hold. */
const maxWaiting = 120;

/**
 * Runs journeys until `orders` orders are acknowledged, then calls `onLastOrder` while tickets are still held. Resolves
 * when all journeys have ended.
 */
export const runLoad = async (
  context: LoadContext,
  ledger: Ledger,
  options: { readonly orders: number; readonly onLastOrder: () => Promise<void> },
): Promise<void> => {
  const { orders, onLastOrder } = options;
  const waiting = new Set<Promise<void>>();
  const worker = async () => {
    while (ledger.orders.size < orders && !context.stopping.aborted) {
      const { name, run, waits } = context.random.weighted(journeys);
      if (waits !== undefined && waiting.size >= maxWaiting) continue;
      ledger.count(name);
      const running = run(context);
      if (waits === undefined) {
        await running;
        continue;
      }
      const kept = running.finally(() => waiting.delete(kept));
      waiting.add(kept);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await onLastOrder();
  await Promise.all(waiting);
};
