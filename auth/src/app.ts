import { buildApp, on, serve, signedIn, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { currentUserRoute } from './routes/current-user.ts';
import { endOtherSessionsRoute } from './routes/end-other-sessions.ts';
import { endSessionRoute } from './routes/end-session.ts';
import { listSessionsRoute } from './routes/list-sessions.ts';
import { signInRoute } from './routes/sign-in.ts';
import { signOutRoute } from './routes/sign-out.ts';
import { signUpRoute } from './routes/sign-up.ts';

export const routes: readonly RoutedEndpoint<Deps>[] = [
  on.post('/api/users/signup', 'signingUp', [], signUpRoute),
  on.post('/api/users/signin', 'signingIn', [], signInRoute),
  on.post('/api/users/signout', 'writing', [], signOutRoute),
  on.get('/api/users/currentuser', 'reading', [], currentUserRoute),
  on.get('/api/users/sessions', 'reading', [signedIn], listSessionsRoute),
  on.delete('/api/users/sessions/:id', 'writing', [signedIn], endSessionRoute),
  on.delete('/api/users/sessions', 'writing', [signedIn], endOtherSessionsRoute),
];

export const createApp = (kit: HttpKit, deps: Deps): Express => buildApp(kit, serve(routes, deps));
