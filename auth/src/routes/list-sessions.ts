import { currentUserOf, route } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { listSessions } from '../queries/list-sessions.ts';
import { sessionsShape } from './session-shape.ts';

export const listSessionsRoute = route(
  {
    name: 'listSessions',
    response: { description: "The user's live sessions, the newest first", body: sessionsShape },
  },
  (deps: Deps) => async (req, res) => {
    res.send(await listSessions(deps, currentUserOf(req)));
  },
);
