import type { Response } from 'express';

/** Aborted once the response's connection has gone, or the response was sent: nobody waits for it any more. */
export const connectionSignal = (res: Response): AbortSignal => {
  const gone = new AbortController();
  if (res.destroyed) gone.abort();
  else res.once('close', () => gone.abort());
  return gone.signal;
};
