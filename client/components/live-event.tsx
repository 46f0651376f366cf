'use client';
import { useEffect, useRef, useState } from 'react';
import type { EventEntry } from '../lib/api/schemas.ts';
import { leftLabel } from '../lib/event-labels.ts';
import { useLive } from './use-live.ts';
import { usePageRefresh } from './use-page-refresh.ts';

const quietAfterMs = 60_000;

/**
 * The heading that says what is left of an event, as it changes. The server renders the list below it again, also when only one of
 * its tickets has changed, which the event's version says.
 */
export const LiveEvent = ({ event: rendered }: { readonly event: EventEntry }) => {
  const { state: event } = useLive<EventEntry>({
    rendered,
    source: async () => (await import('../lib/live/sources.ts')).eventSource(rendered.id),
    isOlder: ({ version = 0 }, than) => version < (than.version ?? 0),
    isFinal: () => false,
    pollMs: (_event, quietMs) => (quietMs < quietAfterMs ? 4_000 : 15_000),
  });
  usePageRefresh(JSON.stringify(rendered), JSON.stringify(event));

  const left = leftLabel(event);
  const shown = useRef(left);
  const [news, setNews] = useState('');
  useEffect(() => {
    if (left !== shown.current) setNews(left);
    shown.current = left;
  }, [left]);

  return (
    <>
      <h2 id="left" className="text-xl font-semibold" data-testid="event-left">
        {left}
      </h2>
      <p className="sr-only" role="status">
        {news}
      </p>
    </>
  );
};
