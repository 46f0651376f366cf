'use client';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Ticket } from '../lib/api/schemas.ts';
import { priceLabel } from '../lib/money.ts';
import { ticketBadge, ticketState } from '../lib/ticket-labels.ts';
import { ticketNews } from '../lib/ticket-news.ts';
import { Badge } from './badge.tsx';
import { useLive } from './use-live.ts';
import { usePageRefresh } from './use-page-refresh.ts';

const quietAfterMs = 60_000;

/**
 * Price and state of a ticket, which follow what changes; the server renders the rest of the page again. `children` are what its
 * seller or a buyer can do.
 */
export const LiveTicket = ({
  ticket: rendered,
  own,
  children,
}: {
  readonly ticket: Ticket;
  readonly own: boolean;
  readonly children: ReactNode;
}) => {
  const { state, failure } = useLive<Ticket>({
    rendered,
    source: async () => (await import('../lib/live/sources.ts')).ticketSource(rendered.id),
    isOlder: (one, than) => one.version < than.version,
    isFinal: ({ withdrawnAt }) => withdrawnAt !== undefined,
    pollMs: (_ticket, quietMs) => (quietMs < quietAfterMs ? 4_000 : 15_000),
  });
  // Others than its seller get no withdrawn ticket: they keep the page that they look at.
  const isGone = !own && (state.withdrawnAt !== undefined || failure?.status === 404);
  const ticket = isGone ? { ...state, withdrawnAt: state.withdrawnAt ?? '' } : state;
  usePageRefresh(String(rendered.version), isGone ? String(rendered.version) : String(ticket.version));

  const shown = useRef(ticket);
  const [news, setNews] = useState<string>();
  useEffect(() => {
    const sentence = ticketNews(shown.current, ticket);
    shown.current = ticket;
    if (sentence !== undefined) setNews(sentence);
  }, [ticket.version, isGone]);

  return (
    <>
      <div className="flex items-start justify-between gap-3">
        <div>
          <p className="text-sm text-muted">Price</p>
          <p className="text-3xl font-bold tracking-tight tabular-nums" data-testid="ticket-price">
            {priceLabel(ticket)}
          </p>
        </div>
        <Badge {...ticketBadge(ticket)} testId="ticket-state" />
      </div>
      <div className="mt-4 grid gap-3">
        {isGone ? <p className="text-muted">Its seller has withdrawn this ticket.</p> : children}
      </div>
      {/* Below what can be pressed, which it would move otherwise. */}
      <p
        className={news === undefined || ticketState(ticket) !== 'on-sale' ? 'sr-only' : 'mt-3 text-sm'}
        role="status"
        data-testid="ticket-news"
      >
        {news}
      </p>
    </>
  );
};
