'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { createBrowserApi } from '../lib/api/browser-api.ts';
import { getCharge, getOrder } from '../lib/api/marketplace.ts';
import type { Charge, Order } from '../lib/api/schemas.ts';
import { nextPoll, readsCharge } from '../lib/order-polling.ts';
import { refineClock, type ClockReading } from '../lib/server-clock.ts';

interface Seen {
  readonly order: Order;
  readonly charge: Charge | undefined;
}

/** How long the outcome of a payment is looked for before the order is read at its usual pace again. */
const expectMs = 30_000;
const retryMs = 2_000;

const hasEnded = (order: Order): boolean => order.status === 'complete' || order.status === 'cancelled';

/**
 * Follows an order from what the server rendered with, at its time `now`. `expectChange` reads at once, and often for a
 * while; an order that ends has its page rendered again by the server, which knows the ticket as it is then.
 */
export const useOrderWatch = (first: Seen & { readonly now: number }) => {
  const [seen, setSeen] = useState<Seen>(first);
  const [clock, setClock] = useState<ClockReading>();
  const [trouble, setTrouble] = useState<'offline' | 'signed-out'>();
  const poke = useRef<() => void>(() => undefined);
  const expectingUntil = useRef(0);
  const router = useRouter();
  const { now } = first;
  const orderId = first.order.id;

  useEffect(() => {
    const api = createBrowserApi();
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reading = false;
    let again = false;
    let known: Seen = { order: first.order, charge: first.charge };
    let changedAt = performance.now();
    setClock({ server: now, local: performance.now() });

    const read = async (): Promise<boolean> => {
      const expecting = performance.now() < expectingUntil.current;
      const order = await getOrder(api, orderId);
      if (stopped) return false;
      if (!order.ok) {
        setTrouble(order.failure.status === 401 ? 'signed-out' : 'offline');
        return false;
      }
      const answer = { date: order.header('date'), sentAt: order.sentAt, receivedAt: order.receivedAt };
      setClock((reading) => refineClock(reading ?? { server: now, local: answer.receivedAt }, answer));
      const charge = readsCharge(order.data.status, expecting) ? await getCharge(api, orderId) : undefined;
      if (stopped) return false;
      const next: Seen = {
        // Another replica may be a version behind.
        order: order.data.version >= known.order.version ? order.data : known.order,
        charge: charge?.ok === true ? charge.data : known.charge,
      };
      if (next.order.version !== known.order.version || next.charge?.status !== known.charge?.status) {
        changedAt = performance.now();
      }
      if (hasEnded(next.order) && !hasEnded(known.order)) router.refresh();
      known = next;
      setSeen(next);
      setTrouble(undefined);
      return true;
    };

    const run = async (): Promise<void> => {
      clearTimeout(timer);
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      const read1 = await read();
      reading = false;
      if (stopped) return;
      const delay = again
        ? 0
        : read1
          ? nextPoll({
              status: known.order.status,
              charge: known.charge?.status,
              quietMs: performance.now() - changedAt,
              expecting: performance.now() < expectingUntil.current,
            })
          : retryMs;
      again = false;
      if (delay !== undefined) timer = setTimeout(() => void run(), delay);
    };

    poke.current = () => void run();
    const onVisible = () => {
      if (document.visibilityState === 'visible') void run();
    };
    document.addEventListener('visibilitychange', onVisible);
    void run();
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
    // The first order is where the watch begins; what the server renders later is older than what it has seen.
  }, [orderId]);

  return {
    ...seen,
    clock,
    trouble,
    expectChange: () => {
      expectingUntil.current = performance.now() + expectMs;
      poke.current();
    },
  };
};
