import { currentUserOf, route } from '@ticketing/common/http';
import { z } from 'zod';
import { createRegistrationOptions } from '../commands/passkey-options.ts';
import type { Deps } from '../deps.ts';
import { creationOptionsShape } from './passkey-shapes.ts';

export const newPasskeyOptionsRoute = route(
  {
    name: 'newPasskeyOptions',
    body: z.object({}).optional(),
    response: {
      description: 'PublicKeyCredentialCreationOptionsJSON of WebAuthn; its challenge counts once, for five minutes',
      body: creationOptionsShape,
    },
  },
  (deps: Deps) => async (req, res) => {
    const { rp, user, ...options } = await createRegistrationOptions(deps, currentUserOf(req));
    res.send({ ...options, rp: { ...rp }, user: { ...user } });
  },
);
