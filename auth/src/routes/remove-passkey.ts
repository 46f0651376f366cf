import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import { removePasskey } from '../commands/remove-passkey.ts';
import type { Deps } from '../deps.ts';

export const removePasskeyRoute = route(
  { name: 'removePasskey', response: { status: 204, description: 'The passkey is removed' }, errors: [404] },
  (deps: Deps) => async (req: Request<{ id: string }>, res) => {
    await removePasskey(deps, { userId: currentUserOf(req).id, id: req.params.id });
    deps.securityLog.record(req, 'passkey_removed');
    res.status(204).end();
  },
);
