import { createBrowserApi } from './api/browser-api.ts';
import { listEvents } from './api/marketplace.ts';
import type { EventEntry } from './api/schemas.ts';

/** Events that match what was typed so far, at most `limit`; none when they cannot be read. */
export const suggestEvents = async (typed: string, limit: number): Promise<readonly EventEntry[]> => {
  const result = await listEvents(createBrowserApi(), new URLSearchParams({ q: typed, limit: String(limit) }));
  return result.ok ? result.data : [];
};
