import { route, type LiveSource } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps, RouteDeps } from '../deps.ts';
import { findEvent } from '../queries/get-event.ts';
import { eventShape } from './event-shape.ts';
import { toEventView } from './event-view.ts';

export const streamEventRoute = route(
  {
    name: 'streamEvent',
    description: 'Shows its state at once, then each new one within a second.',
    response: {
      description: 'States of the event, as `GET /api/events/:eventId` has it',
      body: eventShape,
      isStream: true,
    },
    errors: [404],
  },
  (deps: RouteDeps) => async (req: Request<{ eventId: string }>, res) => {
    await deps.liveEvents.open(req, res, req.params.eventId);
  },
);

export const eventSource = (deps: Deps): LiveSource => ({
  read: async (id) => {
    const event = await findEvent(deps, id);
    return event === undefined ? undefined : toEventView(deps, event);
  },
});
