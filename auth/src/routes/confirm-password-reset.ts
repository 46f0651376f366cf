import { parse, route } from '@ticketing/common/http';
import { z } from 'zod';
import { resetPassword } from '../commands/change-password.ts';
import type { Deps } from '../deps.ts';
import { linkToken, newPasswordFor } from './credentials.ts';
import { rememberDevice } from './device-cookie.ts';
import { rememberDone } from './done-cookie.ts';

const body = z.object({ token: linkToken, password: newPasswordFor() });

export const confirmPasswordResetRoute = route(
  {
    name: 'confirmPasswordReset',
    body,
    response: {
      description: 'The password is changed, and every session of the account has ended',
      body: z.strictObject({}),
    },
  },
  (deps: Deps) => async (req, res) => {
    const { _id: userId, email } = await resetPassword(deps, { ...parse(body, req.body), trace: req.trace });
    deps.securityLog.record(req, 'password_reset', { userId, account: deps.devices.hash(email) });
    rememberDevice(deps.devices, req, res, email);
    rememberDone(req, res, '/reset-password');
    res.send({});
  },
);
