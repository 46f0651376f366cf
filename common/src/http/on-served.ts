import type { Response } from 'express';

const streaming = 'streaming';

/**
 * Calls `then` once: when the response has been sent, when its connection is lost, or when it has become a stream, which may
 * stay open for as long as its reader does.
 */
export const onServed = (res: Response, then: () => void): void => {
  const once = (): void => {
    res.off('close', once);
    res.off(streaming, once);
    then();
  };
  res.once('close', once);
  res.once(streaming, once);
};

/** The response has become a stream: what was taken for its request is free again. */
export const beginStreaming = (res: Response): void => {
  res.emit(streaming);
};
