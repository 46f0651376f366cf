'use client';
import { useEffect, useRef, useState } from 'react';
import type { Order } from '../lib/api/schemas.ts';
import { cancelLabels, orderBadge } from '../lib/order-labels.ts';
import { useLive } from './use-live.ts';
import { usePageRefresh } from './use-page-refresh.ts';

const pollMs = 15_000;

/** Announces what becomes of the reader's own order on a page that the server renders again then. */
export const LiveOrder = ({ order: rendered }: { readonly order: Order }) => {
  const { state: order } = useLive<Order>({
    rendered,
    source: async () => (await import('../lib/live/sources.ts')).orderSource(rendered.id),
    isOlder: (one, than) => one.version < than.version,
    isFinal: ({ status }) => status === 'cancelled',
    pollMs: () => pollMs,
  });
  usePageRefresh(String(rendered.version), String(order.version));

  const shown = useRef(order.status);
  const [news, setNews] = useState('');
  useEffect(() => {
    if (order.status === shown.current) return;
    shown.current = order.status;
    setNews(order.status === 'cancelled' ? cancelLabels(order.reason).title : orderBadge(order).label);
  }, [order.status]);

  return (
    <p className="sr-only" role="status">
      {news}
    </p>
  );
};
