import type { Response } from 'express';

const streaming = 'streaming';
const served = Symbol('served');

declare module 'express-serve-static-core' {
  interface Response {
    /** What is called once the response is served. */
    [served]?: (() => void)[] | undefined;
  }
}

/**
 * Calls `then` once: when the response has been sent, when its connection is lost, or when it has become a stream, which may
 * stay open for as long as its reader does.
 */
export const onServed = (res: Response, then: () => void): void => {
  // The connection was lost while an earlier step waited: its event does not come again.
  if (res.closed) {
    then();
    return;
  }
  // Several steps of each request wait for this: listeners of their own would cost more than what they do.
  const waiting = res[served];
  if (waiting !== undefined) {
    waiting.push(then);
    return;
  }
  const callbacks = [then];
  res[served] = callbacks;
  const once = (): void => {
    res.off('close', once);
    res.off(streaming, once);
    res[served] = undefined;
    for (const callback of callbacks) callback();
  };
  res.on('close', once);
  res.on(streaming, once);
};

/** The response has become a stream: what was taken for its request is free again. */
export const beginStreaming = (res: Response): void => {
  res.emit(streaming);
};
