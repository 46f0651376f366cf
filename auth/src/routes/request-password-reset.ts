import { parse, route } from '@ticketing/common/http';
import { z } from 'zod';
import { requestPasswordReset } from '../commands/request-password-reset.ts';
import type { Deps } from '../deps.ts';
import { email } from './credentials.ts';

const body = z.object({ email });

export const requestPasswordResetRoute = route(
  {
    name: 'requestPasswordReset',
    body,
    response: {
      status: 202,
      description: 'If the e-mail has an account, a mail with a link is on its way',
      body: z.strictObject({}),
    },
  },
  (deps: Deps) => async (req, res) => {
    await requestPasswordReset(deps, parse(body, req.body).email);
    deps.securityLog.record(req, 'password_reset_requested');
    res.status(202).send({});
  },
);
