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
    const user = req.currentUser;
    const shown = user && { id: user.id, email: user.email, emailVerified: user.emailVerified ?? false };
    res.set(neverCached).send({ currentUser: shown ?? null });
  },
);
