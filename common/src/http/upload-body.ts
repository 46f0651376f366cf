import express, { type Request, type RequestHandler } from 'express';
import { NotAuthorizedError, ServiceUnavailableError, UnsupportedMediaTypeError } from '../errors/index.ts';

/** A file as the whole body of a request. */
export interface Upload {
  /** Media types, one of which the request must have. */
  readonly types: readonly string[];
  readonly maxBytes: number;
}

/** Of the files that one process receives at the same time: all, and those of one account. */
const room = { all: 64 * 1024 * 1024, account: 16 * 1024 * 1024 } as const;

/**
 * Reads a file into `req.body`, a Buffer; without a session nothing is read. While too many bytes are being received, further
 * uploads are refused with 503.
 */
export const uploadBody = ({ types, maxBytes }: Upload): RequestHandler => {
  const taken = new Map<string, number>();
  const sum = (): number => [...taken.values()].reduce((total, bytes) => total + bytes, 0);
  const take = (account: string, bytes: number): void => {
    const now = (taken.get(account) ?? 0) + bytes;
    if (now > 0) taken.set(account, now);
    else taken.delete(account);
  };
  const read = express.raw({ type: [...types], limit: maxBytes, inflate: false });
  return (req, res, next) => {
    const account = req.currentUser?.id;
    if (account === undefined) throw new NotAuthorizedError();
    if (req.is([...types]) === false) throw new UnsupportedMediaTypeError(`The file must be ${types.join(' or ')}`);
    const bytes = lengthOf(req, maxBytes);
    if (sum() + bytes > room.all || (taken.get(account) ?? 0) + bytes > room.account) {
      throw new ServiceUnavailableError();
    }
    take(account, bytes);
    res.once('close', () => take(account, -bytes));
    read(req, res, next);
  };
};

/** A body that does not say its length may have any up to the maximum. */
const lengthOf = (req: Request, maxBytes: number): number => {
  const length = Number(req.headers['content-length'] ?? Number.NaN);
  return Number.isNaN(length) ? maxBytes : Math.min(length, maxBytes);
};
