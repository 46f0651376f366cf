import type { Request, Response } from 'express';

const lifetimeMs = 60_000;

/**
 * Lets the page of the site at `path` report what this request has done. The address of that page proves nothing: anybody
 * may open it, or send it to somebody else.
 */
export const rememberDone = (
  req: Pick<Request, 'protocol'>,
  res: Response,
  path: '/goodbye' | '/reset-password' | '/verify-email',
): void => {
  res.cookie('done', '1', {
    path,
    httpOnly: true,
    sameSite: 'lax',
    secure: req.protocol === 'https',
    maxAge: lifetimeMs,
  });
};
