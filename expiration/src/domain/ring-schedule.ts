const shortestPauseMs = 2_000;
const longestPauseMs = 60_000;

/** From then on a timer that still rings is told of as a fault: something is wrong with its order's events. */
export const unansweredAfterMs = 24 * 60 * 60 * 1000;

/**
 * When a timer rings again that rings at `now` and has rung `rings` times before: after 2 s, then twice as long each
 * time, a minute at most. It rings until its order is heard to have ended, since any one ring may get lost.
 */
export const nextRing = (now: Date, rings: number): Date =>
  new Date(now.getTime() + Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(rings, 10)));
