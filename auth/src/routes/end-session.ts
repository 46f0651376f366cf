import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import { endOwnSession } from '../commands/end-sessions.ts';
import type { Deps } from '../deps.ts';

export const endSessionRoute = route(
  { name: 'endSession', response: { status: 204, description: 'The session has ended' }, errors: [404] },
  (deps: Deps) => async (req: Request<{ id: string }>, res) => {
    await endOwnSession(deps, { userId: currentUserOf(req).id, sid: req.params.id }, req.trace);
    deps.securityLog.record(req, 'session_ended');
    res.status(204).end();
  },
);
