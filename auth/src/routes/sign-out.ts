import { route } from '@ticketing/common/http';
import { z } from 'zod';
import type { Deps } from '../deps.ts';

export const signOutRoute = route(
  {
    name: 'signOut',
    body: z.object({}).optional(),
    response: {
      description: 'The session has ended',
      headers: { 'Set-Cookie': z.string().meta({ description: 'The session, empty and expired' }) },
      body: z.strictObject({}),
    },
  },
  (deps: Deps) => (req, res) => {
    if (req.currentUser !== undefined) deps.securityLog.record(req, 'signed_out');
    req.session = null;
    res.send({});
  },
);
