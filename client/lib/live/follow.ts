import type { Failure, Result, Success } from '../api/api.ts';

interface StreamHandlers {
  readonly onMessage: (data: string) => void;
  /** `isRefused`: it will not be opened again by itself. */
  readonly onError: (isRefused: boolean) => void;
}

/** Where the states of a thing come from. */
export interface LiveSource<State> {
  /** Opens a stream and returns what closes it. Undefined in a browser without EventSource. */
  readonly openStream: ((handlers: StreamHandlers) => () => void) | undefined;
  /** The state in a message; undefined if it is none. */
  readonly parse: (data: string) => State | undefined;
  readonly read: () => Promise<Result<State>>;
}

interface FollowOptions<State> {
  readonly source: LiveSource<State>;
  /** What the page shows. */
  readonly shown: State;
  /** Another replica may be behind. */
  readonly isOlder: (state: State, than: State) => boolean;
  /** It does not change any more. */
  readonly isFinal: (state: State) => boolean;
  /** Milliseconds until the next poll while there is no stream; undefined for none. `quietMs`: since the last change. */
  readonly pollMs: (state: State, quietMs: number) => number | undefined;
  /** Reads it once whenever following starts, even if there is a stream. */
  readonly readsAtStart: boolean;
  readonly onState: (state: State) => void;
  readonly onRead: (response: Success<State>) => void;
  readonly onFailure: (failure: Failure) => void;
}

export interface Following {
  start(): void;
  stop(): void;
  /** Reads it at once. */
  refresh(): void;
}

/** How long the page waits for the first message, and for the next one after the connection was lost. */
const firstMessageMs = 3_000;
const reconnectMs = 8_000;
/** After a stream was refused. */
const reopenMs = 30_000;
const retryDelayMs = 2_000;

/**
 * Follows a thing by its stream. Polls it while there is none: the browser has no EventSource, the stream was refused, says what
 * this page does not understand, or has been lost for a while. Whichever state is the newest counts.
 */
export const follow = <State>(options: FollowOptions<State>): Following => {
  const { source, isFinal, isOlder } = options;
  let { shown } = options;
  let changedAt = performance.now();
  let closeStream: (() => void) | undefined;
  let streamTimer: ReturnType<typeof setTimeout> | undefined;
  // For the next message; each failure of a lost stream to reconnect is an error again.
  let isWaiting = false;
  let pollTimer: ReturnType<typeof setTimeout> | undefined;
  let isPolling = false;
  let lastRead = 0;

  const endStream = () => {
    clearTimeout(streamTimer);
    closeStream?.();
    closeStream = undefined;
  };

  const stop = () => {
    lastRead += 1;
    isPolling = false;
    clearTimeout(pollTimer);
    endStream();
  };

  const accept = (state: State) => {
    if (!isOlder(state, shown)) {
      if (JSON.stringify(state) !== JSON.stringify(shown)) changedAt = performance.now();
      shown = state;
    }
    options.onState(shown);
    if (isFinal(shown)) stop();
  };

  const poll = async () => {
    clearTimeout(pollTimer);
    lastRead += 1;
    const number = lastRead;
    const result = await source.read();
    if (number !== lastRead) return;
    if (result.ok) {
      options.onRead(result);
      accept(result.data);
    } else {
      options.onFailure(result.failure);
      if (result.failure.status === 404) return stop();
    }
    if (!isPolling) return;
    const delayMs = result.ok
      ? options.pollMs(shown, performance.now() - changedAt)
      : Math.max(retryDelayMs, (result.failure.retryAfter ?? 0) * 1_000);
    if (delayMs !== undefined) pollTimer = setTimeout(() => void poll(), delayMs);
  };

  const startPolling = () => {
    if (isPolling) return;
    isPolling = true;
    void poll();
  };

  const waitForMessage = (ms: number) => {
    isWaiting = true;
    clearTimeout(streamTimer);
    streamTimer = setTimeout(startPolling, ms);
  };

  const giveUp = () => {
    endStream();
    streamTimer = setTimeout(openStream, reopenMs);
    startPolling();
  };

  const onMessage = (data: string) => {
    const state = source.parse(data);
    if (state === undefined) return giveUp();
    clearTimeout(streamTimer);
    isWaiting = false;
    isPolling = false;
    clearTimeout(pollTimer);
    accept(state);
  };

  const onError = (isRefused: boolean) => {
    if (isRefused) return giveUp();
    if (!isWaiting) waitForMessage(reconnectMs);
  };

  const openStream = () => {
    if (source.openStream === undefined) return startPolling();
    waitForMessage(firstMessageMs);
    closeStream = source.openStream({ onMessage, onError });
  };

  return {
    start: () => {
      stop();
      if (isFinal(shown)) return;
      openStream();
      if (options.readsAtStart && !isPolling) void poll();
    },
    stop,
    refresh: () => void poll(),
  };
};
