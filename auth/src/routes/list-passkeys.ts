import { currentUserOf, route } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { listPasskeys } from '../queries/list-passkeys.ts';
import { passkeysShape } from './passkey-list-shape.ts';

export const listPasskeysRoute = route(
  { name: 'listPasskeys', response: { description: "The user's passkeys, the newest first", body: passkeysShape } },
  (deps: Deps) => async (req, res) => {
    res.send(await listPasskeys(deps, currentUserOf(req).id));
  },
);
