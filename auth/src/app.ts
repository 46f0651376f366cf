import { buildApp, on, serve, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { currentUserRoute } from './routes/current-user.ts';
import { signInRoute } from './routes/sign-in.ts';
import { signOutRoute } from './routes/sign-out.ts';
import { signUpRoute } from './routes/sign-up.ts';

export const routes: readonly RoutedEndpoint<Deps>[] = [
  on.post('/api/users/signup', 'signingUp', [], signUpRoute),
  on.post('/api/users/signin', 'signingIn', [], signInRoute),
  on.post('/api/users/signout', 'writing', [], signOutRoute),
  on.get('/api/users/currentuser', 'reading', [], currentUserRoute),
];

export const createApp = (kit: HttpKit, deps: Deps): Express => buildApp(kit, serve(routes, deps));
