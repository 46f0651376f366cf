import { route } from '@ticketing/common/http';
import { z } from 'zod';

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
  () => (req, res) => {
    req.session = null;
    res.send({});
  },
);
