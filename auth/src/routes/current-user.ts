import { route } from '@ticketing/common/http';
import { currentUserShape } from './user-shape.ts';

/** Not being signed in is no error here. The response is the caller's own, so no cache may keep it. */
export const currentUserRoute = route(
  {
    name: 'currentUser',
    caller: 'anyone-or-user',
    response: { description: 'The user of the session, or null', body: currentUserShape },
  },
  () => (req, res) => {
    res.set('Cache-Control', 'no-store').send({ currentUser: req.currentUser ?? null });
  },
);
