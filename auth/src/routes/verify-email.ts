import { parse, route } from '@ticketing/common/http';
import { z } from 'zod';
import { followEmailLink } from '../commands/follow-email-link.ts';
import type { Deps } from '../deps.ts';
import { linkToken } from './credentials.ts';
import { rememberDone } from './done-cookie.ts';
import { userShape } from './user-shape.ts';

const body = z.object({ token: linkToken });

export const verifyEmailRoute = route(
  {
    name: 'verifyEmail',
    description: 'For the link of a sign-up, and for that of a change of the e-mail, which it carries out.',
    body,
    response: { description: 'The e-mail of the account is verified', body: userShape },
  },
  (deps: Deps) => async (req, res) => {
    const { _id: id, email } = await followEmailLink(deps, { ...parse(body, req.body), trace: req.trace });
    deps.securityLog.record(req, 'email_verified', { userId: id, account: deps.devices.hash(email) });
    rememberDone(req, res, '/verify-email');
    res.send({ id, email, emailVerified: true });
  },
);
