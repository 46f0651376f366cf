import { neverCached, route } from '@ticketing/common/http';
import { currentUserShape } from './user-shape.ts';

/** A caller who is not signed in gets null, not an error. The response is personal, so caches must not store it. */
export const currentUserRoute = route(
  {
    name: 'currentUser',
    caller: 'anyone-or-user',
    response: { description: 'The user of the session, or null', body: currentUserShape },
  },
  () => (req, res) => {
    res.set(neverCached).send({ currentUser: req.currentUser ?? null });
  },
);
