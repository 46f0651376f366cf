const delayMs = 200;
const jitterMs = 100;

/**
 * Spaces the client's attempts to connect by a clock that nobody sets: the client itself compares the wall clock with its last
 * attempt, so one that was set back while the broker was away would keep it from connecting until it has caught up.
 *
 * @returns the client's `reconnectDelayHandler`, which it asks before each attempt: the milliseconds that must have passed since
 * the last one. Without bound in the past, the client connects at once, whatever the wall clock says.
 */
export const createReconnectDelay = (): (() => number) => {
  let nextAt = 0;
  return () => {
    const now = performance.now();
    if (now < nextAt) return nextAt - now;
    nextAt = now + delayMs + Math.random() * jitterMs;
    return Number.NEGATIVE_INFINITY;
  };
};
