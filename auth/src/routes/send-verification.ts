import { currentUserOf, route } from '@ticketing/common/http';
import { z } from 'zod';
import { sendVerification } from '../commands/send-verification.ts';
import type { Deps } from '../deps.ts';

export const sendVerificationRoute = route(
  {
    name: 'sendVerification',
    body: z.object({}).optional(),
    response: { status: 202, description: 'A mail with a link is on its way', body: z.strictObject({}) },
    errors: [400],
  },
  (deps: Deps) => async (req, res) => {
    await sendVerification(deps, currentUserOf(req).id);
    res.status(202).send({});
  },
);
