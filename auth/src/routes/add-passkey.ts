import { currentUserOf, parse, route } from '@ticketing/common/http';
import { addPasskey } from '../commands/add-passkey.ts';
import type { Deps } from '../deps.ts';
import { toPasskey } from '../queries/list-passkeys.ts';
import { passkeyShape } from './passkey-list-shape.ts';
import { newPasskey } from './passkey-shapes.ts';

export const addPasskeyRoute = route(
  {
    name: 'addPasskey',
    description: "The browser's RegistrationResponseJSON with a name for the passkey.",
    body: newPasskey,
    response: { status: 201, description: 'The account has the passkey', body: passkeyShape },
  },
  (deps: Deps) => async (req, res) => {
    const { name, ...response } = parse(newPasskey, req.body);
    const passkey = await addPasskey(deps, { session: currentUserOf(req), name, response });
    deps.securityLog.record(req, 'passkey_added');
    res.status(201).send(toPasskey(passkey));
  },
);
