import { buildApp, type HttpKit } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { currentUserRoute } from './routes/current-user.ts';
import type { RateLimits } from './routes/rate-limits.ts';
import { signInRoute } from './routes/sign-in.ts';
import { signOutRoute } from './routes/sign-out.ts';
import { signUpRoute } from './routes/sign-up.ts';

export const createApp = (kit: HttpKit, deps: Deps, limits: RateLimits): Express =>
  buildApp(kit, (app) => {
    app.post('/api/users/signup', limits.signUp, signUpRoute(deps));
    app.post('/api/users/signin', limits.signIn, signInRoute(deps));
    app.post('/api/users/signout', signOutRoute);
    app.get('/api/users/currentuser', currentUserRoute);
  });
