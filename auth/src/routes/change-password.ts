import { currentUserOf, parse, route } from '@ticketing/common/http';
import { z } from 'zod';
import { changePassword } from '../commands/change-password.ts';
import type { Deps } from '../deps.ts';
import { knownPassword, newPasswordFor } from './credentials.ts';
import { rememberDevice } from './device-cookie.ts';

const body = z.object({ currentPassword: knownPassword, newPassword: newPasswordFor() });

export const changePasswordRoute = route(
  {
    name: 'changePassword',
    body,
    response: { description: 'The password is changed, and every other session has ended', body: z.strictObject({}) },
    errors: [409],
  },
  (deps: Deps) => async (req, res) => {
    const session = currentUserOf(req);
    await changePassword(deps, { ...parse(body, req.body), session, trace: req.trace });
    deps.securityLog.record(req, 'password_changed', { account: deps.devices.hash(session.email) });
    rememberDevice(deps.devices, req, res, session.email);
    res.send({});
  },
);
