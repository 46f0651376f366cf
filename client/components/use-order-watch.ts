'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { createBrowserApi } from '../lib/api/browser-api.ts';
import { getCharge } from '../lib/api/marketplace.ts';
import type { Charge, Order } from '../lib/api/schemas.ts';
import { orderSource } from '../lib/live/sources.ts';
import { nextChargePoll, nextOrderPoll, readsCharge } from '../lib/order-polling.ts';
import { refineClock, type ClockReading } from '../lib/server-clock.ts';
import { useLive } from './use-live.ts';

/** How long after `expectChange` the order and its charge are polled at the faster pace. */
const expectMs = 30_000;

const hasEnded = ({ status }: Order): boolean => status === 'complete' || status === 'cancelled';

/** Reads the charge whenever its order has changed, and polls it while it is about to change. */
const useCharge = (order: Order, rendered: Charge | undefined, isExpecting: () => boolean) => {
  const [charge, setCharge] = useState(rendered);
  // One effect run per poll: a new number cancels the poll before it and starts the next.
  const [pollNumber, setPollNumber] = useState(0);
  const seen = useRef({ version: order.version, changedAt: 0 });

  const delayMs = useEffectEvent((): number | undefined => {
    const now = performance.now();
    const { version } = seen.current;
    if (version !== order.version || seen.current.changedAt === 0)
      seen.current = { version: order.version, changedAt: now };
    const expecting = isExpecting();
    if (version !== order.version && readsCharge(order.status, expecting || charge?.nextAction !== undefined)) return 0;
    return nextChargePoll({ status: order.status, quietMs: now - seen.current.changedAt, expecting }, charge);
  });
  const poll = useEffectEvent(async (isCurrent: () => boolean) => {
    const response = await getCharge(createBrowserApi(), order.id);
    if (!isCurrent()) return;
    if (response.ok) {
      if (response.data.status !== charge?.status) seen.current.changedAt = performance.now();
      setCharge(response.data);
    }
    setPollNumber((number) => number + 1);
  });

  useEffect(() => {
    const ms = delayMs();
    if (ms === undefined) return;
    let isCurrent = true;
    const timer = setTimeout(() => void poll(() => isCurrent), ms);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [order.version, pollNumber]);

  return { charge, refreshCharge: () => setPollNumber((number) => number + 1) };
};

/**
 * Follows an order and its charge, starting from what the server rendered at its time `now`. `expectChange` reads it at once and,
 * for a while, polls more often. When the order ends, the server renders the page again with the current ticket.
 */
export const useOrderWatch = (rendered: {
  readonly order: Order;
  readonly charge: Charge | undefined;
  readonly now: number;
}) => {
  const [clock, setClock] = useState<ClockReading>(() => ({ server: rendered.now, local: performance.now() }));
  const expectingUntil = useRef(0);
  const isExpecting = () => performance.now() < expectingUntil.current;
  const router = useRouter();

  const {
    state: order,
    failure,
    refresh,
  } = useLive<Order>({
    rendered: rendered.order,
    source: async () => orderSource(rendered.order.id),
    isOlder: (state, than) => state.version < than.version,
    isFinal: ({ status }) => status === 'cancelled',
    pollMs: ({ status, delivery }, quietMs) =>
      nextOrderPoll({ status, quietMs, expecting: isExpecting() }, delivery?.status === 'pending'),
    onRead: ({ header, sentAt, receivedAt }) =>
      setClock((reading) => refineClock(reading, { date: header('date'), sentAt, receivedAt })),
  });
  const { charge, refreshCharge } = useCharge(order, rendered.charge, isExpecting);

  const ended = hasEnded(order);
  const hadEnded = useRef(ended);
  useEffect(() => {
    if (ended && !hadEnded.current) router.refresh();
    hadEnded.current = ended;
  }, [ended]);

  return {
    order,
    charge,
    clock,
    problem: failure && (failure.status === 401 ? ('signed-out' as const) : ('offline' as const)),
    expectChange: () => {
      expectingUntil.current = performance.now() + expectMs;
      refresh();
      refreshCharge();
    },
  };
};
