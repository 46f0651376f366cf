/** When the server rendered the page again, in milliseconds, and the gap before that. */
export interface RefreshPace {
  readonly lastAt: number;
  readonly gapMs: number;
}

const calmMs = 10_000;
const gapsMs = { first: 1_000, longest: 8_000 };

/**
 * The next refresh of a page that keeps changing: at once after a calm time, then at gaps that double up to 8 s. Each refresh costs the
 * server a page, and an event that sells fast has many readers.
 */
export const nextRefresh = ({ lastAt, gapMs }: RefreshPace, now: number): RefreshPace => {
  if (now - lastAt >= calmMs) return { lastAt: now, gapMs: 0 };
  const gap = Math.min(Math.max(gapMs * 2, gapsMs.first), gapsMs.longest);
  return { lastAt: Math.max(now, lastAt + gap), gapMs: gap };
};
