import { buildApp, on, serve, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { currentUserRoute } from './routes/current-user.ts';
import { limited, type Limited, type RateLimits } from './routes/rate-limits.ts';
import { signInRoute } from './routes/sign-in.ts';
import { signOutRoute } from './routes/sign-out.ts';
import { signUpRoute } from './routes/sign-up.ts';

export const routes: readonly RoutedEndpoint<Deps & Limited>[] = [
  on.post('/api/users/signup', [limited('signUp')], signUpRoute),
  on.post('/api/users/signin', [limited('signIn')], signInRoute),
  on.post('/api/users/signout', [], signOutRoute),
  on.get('/api/users/currentuser', [], currentUserRoute),
];

export const createApp = (kit: HttpKit, deps: Deps, limits: RateLimits): Express =>
  buildApp(kit, serve(routes, { ...deps, limits }));
