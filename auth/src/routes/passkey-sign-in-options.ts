import { route } from '@ticketing/common/http';
import { z } from 'zod';
import { createAuthenticationOptions } from '../commands/passkey-options.ts';
import type { Deps } from '../deps.ts';
import { requestOptionsShape } from './passkey-shapes.ts';

export const passkeySignInOptionsRoute = route(
  {
    name: 'passkeySignInOptions',
    body: z.object({}).optional(),
    response: {
      description: 'PublicKeyCredentialRequestOptionsJSON of WebAuthn; its challenge counts once, for five minutes',
      body: requestOptionsShape,
    },
  },
  (deps: Deps) => async (_req, res) => {
    res.send({ ...(await createAuthenticationOptions(deps)) });
  },
);
