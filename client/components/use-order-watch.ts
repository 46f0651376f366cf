'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { createBrowserApi } from '../lib/api/browser-api.ts';
import { getCharge, getOrder } from '../lib/api/marketplace.ts';
import type { Charge, Order } from '../lib/api/schemas.ts';
import { nextPoll, readsCharge } from '../lib/order-polling.ts';
import { refineClock, type ClockReading } from '../lib/server-clock.ts';

// No data-fetching library: SWR, the smallest, does not restart its timer when `expectChange` shortens the interval, and
// its cache would outlive the page. With these worked around, this file would not be shorter.

/** How long after `expectChange` the order is polled at the faster pace. */
const expectMs = 30_000;
const retryDelayMs = 2_000;

const hasEnded = (order: Order): boolean => order.status === 'complete' || order.status === 'cancelled';

/**
 * Polls an order, starting from what the server rendered at its time `now`. `expectChange` polls at once and, for a
 * while, more often. When the order ends, the server renders the page again with the current ticket.
 */
export const useOrderWatch = (rendered: {
  readonly order: Order;
  readonly charge: Charge | undefined;
  readonly now: number;
}) => {
  const [order, setOrder] = useState(rendered.order);
  const [charge, setCharge] = useState(rendered.charge);
  const [clock, setClock] = useState<ClockReading>(() => ({ server: rendered.now, local: performance.now() }));
  const [problem, setProblem] = useState<'offline' | 'signed-out'>();
  // One effect run per poll: a new number cancels the poll before it and starts the next.
  const [pollNumber, setPollNumber] = useState(0);
  const changedAt = useRef(clock.local);
  const expectingUntil = useRef(0);
  const router = useRouter();

  const refresh = () => setPollNumber((number) => number + 1);

  useEffect(() => {
    const api = createBrowserApi();
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isExpecting = () => performance.now() < expectingUntil.current;

    /** Returns the milliseconds until the next poll. */
    const poll = async (): Promise<number | undefined> => {
      const expecting = isExpecting();
      const response = await getOrder(api, order.id);
      if (!isCurrent) return undefined;
      if (!response.ok) {
        setProblem(response.failure.status === 401 ? 'signed-out' : 'offline');
        return retryDelayMs;
      }
      const { sentAt, receivedAt } = response;
      setClock((reading) => refineClock(reading, { date: response.header('date'), sentAt, receivedAt }));
      const chargeResponse = readsCharge(response.data.status, expecting || charge?.nextAction !== undefined)
        ? await getCharge(api, order.id)
        : undefined;
      if (!isCurrent) return undefined;
      // Another replica may be a version behind.
      const newOrder = response.data.version >= order.version ? response.data : order;
      const newCharge = chargeResponse?.ok === true ? chargeResponse.data : charge;
      if (newOrder.version !== order.version || newCharge?.status !== charge?.status) {
        changedAt.current = performance.now();
      }
      if (hasEnded(newOrder) && !hasEnded(order)) router.refresh();
      setOrder(newOrder);
      setCharge(newCharge);
      setProblem(undefined);
      const quietMs = performance.now() - changedAt.current;
      return nextPoll({
        status: newOrder.status,
        charge: newCharge?.status,
        awaitsDelivery: newOrder.delivery?.status === 'pending',
        quietMs,
        expecting: isExpecting(),
      });
    };

    const pollAndSchedule = async () => {
      const delayMs = await poll();
      if (isCurrent && delayMs !== undefined) timer = setTimeout(refresh, delayMs);
    };

    const onVisibilityChange = () => {
      if (document.visibilityState === 'visible') refresh();
    };
    document.addEventListener('visibilitychange', onVisibilityChange);
    void pollAndSchedule();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibilityChange);
    };
  }, [pollNumber]);

  return {
    order,
    charge,
    clock,
    problem,
    expectChange: () => {
      expectingUntil.current = performance.now() + expectMs;
      refresh();
    },
  };
};
