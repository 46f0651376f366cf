const minDelayMs = 2_000;
const maxDelayMs = 60_000;

/** A timer that still rings after this time is reported as a fault: its order's events must have been lost. */
export const unansweredAfterMs = 24 * 60 * 60 * 1000;

/**
 * When a timer that rings now, after `rings` earlier rings, rings next: after 2 s, then after twice the last delay, at most
 * a minute. It rings until an event says that its order has ended, since any ring may be lost.
 */
export const nextRing = (now: Date, rings: number): Date =>
  new Date(now.getTime() + Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(rings, 10)));
