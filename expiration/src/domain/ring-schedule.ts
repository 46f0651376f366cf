const shortestPauseMs = 2_000;
const longestPauseMs = 60_000;

/** A timer that still rings after this long is reported as a fault: its order's events have been lost. */
export const unansweredAfterMs = 24 * 60 * 60 * 1000;

/**
 * When a timer rings again that rings at `now` and has rung `rings` times before: after 2 s, then twice as long each
 * time, a minute at most. It rings until its order is heard to have ended, since any one ring may get lost.
 */
export const nextRing = (now: Date, rings: number): Date =>
  new Date(now.getTime() + Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(rings, 10)));
