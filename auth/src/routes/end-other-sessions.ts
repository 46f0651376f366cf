import { currentUserOf, route } from '@ticketing/common/http';
import { endOtherSessions } from '../commands/end-sessions.ts';
import type { Deps } from '../deps.ts';

export const endOtherSessionsRoute = route(
  { name: 'endOtherSessions', response: { status: 204, description: 'All other sessions of the user have ended' } },
  (deps: Deps) => async (req, res) => {
    await endOtherSessions(deps, currentUserOf(req), req.trace);
    deps.securityLog.record(req, 'session_ended');
    res.status(204).end();
  },
);
