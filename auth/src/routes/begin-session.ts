import type { Request, Response } from 'express';
import type { Browser } from '../commands/start-session.ts';
import type { Deps } from '../deps.ts';
import type { SignedIn } from '../domain/signed-in.ts';
import { rememberDevice } from './device-cookie.ts';

type SignInRequest = Pick<
  Request,
  'body' | 'currentUser' | 'headers' | 'protocol' | 'session' | 'trace' | 'clientAddress'
>;

export const browserOf = ({ headers, currentUser, trace }: SignInRequest): Browser => ({
  userAgent: headers['user-agent'],
  session: currentUser,
  trace,
});

/** Sets the cookies of a user who has signed in, and records it. */
export const beginSession = (
  deps: Deps,
  req: SignInRequest,
  res: Response,
  { user, token, event }: SignedIn & { readonly event: 'signed_in' | 'signed_up' },
): void => {
  req.session = { jwt: token };
  if (req.currentUser !== undefined) deps.securityLog.record(req, 'session_ended');
  deps.securityLog.record(req, event, { userId: user.id });
  rememberDevice(deps.devices, req, res, user.email);
};
