import { currentUserOf, parse, route } from '@ticketing/common/http';
import { z } from 'zod';
import { requestEmailChange } from '../commands/request-email-change.ts';
import type { Deps } from '../deps.ts';
import { email, knownPassword } from './credentials.ts';

const body = z.object({ email, password: knownPassword });

export const changeEmailRoute = route(
  {
    name: 'changeEmail',
    body,
    response: {
      status: 202,
      description: 'A mail with a link is on its way to the new address; the e-mail changes when the link is used',
      body: z.strictObject({}),
    },
  },
  (deps: Deps) => async (req, res) => {
    const { id: userId, email: present } = currentUserOf(req);
    await requestEmailChange(deps, { ...parse(body, req.body), userId });
    deps.securityLog.record(req, 'email_change_requested', { account: deps.devices.hash(present) });
    res.status(202).send({});
  },
);
