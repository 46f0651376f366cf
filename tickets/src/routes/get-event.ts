import { route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { getEvent } from '../queries/get-event.ts';
import { eventShape } from './event-shape.ts';
import { toEventView } from './event-view.ts';

export const getEventRoute = route(
  {
    name: 'getEvent',
    description: 'Also when nothing is left, until a day after its start.',
    response: { description: 'What is for sale for the event', body: eventShape },
    errors: [404],
  },
  (deps: Deps) => async (req: Request<{ eventId: string }>, res) => {
    res.send(toEventView(deps, await getEvent(deps, req.params.eventId)));
  },
);
