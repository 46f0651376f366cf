import type { IncomingMessage } from 'node:http';

/** Of a form with a ticket's file of 5 MB; `next.config.mjs` has the same limit. */
const maxFormBytes = 6 * 1024 * 1024;
const maxTotalBytes = 64 * 1024 * 1024;

type Request = Pick<IncomingMessage, 'headers'>;
interface Response {
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Bounds the bodies of forms in this process's memory. `take` says whether a form may be read; if it may, it has its room
 * until its response is closed. One without a length has that of the largest.
 */
export const createFormRoom = () => {
  let taken = 0;
  return {
    take: ({ headers }: Request, res: Response): 'taken' | 'too-large' | 'full' => {
      const bytes = Number(headers['content-length'] ?? maxFormBytes);
      if (bytes > maxFormBytes) return 'too-large';
      if (taken + bytes > maxTotalBytes) return 'full';
      taken += bytes;
      res.once('close', () => {
        taken -= bytes;
      });
      return 'taken';
    },
  };
};
