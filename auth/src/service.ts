import { createSessions } from '@ticketing/common/http';
import {
  connectRateLimitRedis,
  httpKit,
  openService,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import type { Deps } from './deps.ts';
import type { Config } from './config.ts';
import { createPasswordHasher, type PasswordHasher } from './gateways/password-hasher.ts';
import { collections, openModels } from './models/open-models.ts';
import { createRateLimits } from './routes/rate-limits.ts';
import { subscriptions } from './subscriptions.ts';

export interface AuthOverrides extends ServiceOverrides {
  readonly passwordHasher?: PasswordHasher;
}

export const startService = async (config: Config, overrides: AuthOverrides = {}): Promise<RunningService> => {
  const service = openService('auth', config, overrides);
  const { logger, now, newId } = service;
  const limits = connectRateLimitRedis(config, logger);
  const deps: Deps = {
    ...openModels(service),
    now,
    newId,
    passwordHasher: overrides.passwordHasher ?? createPasswordHasher(),
    sessions: createSessions(config.JWT_KEY),
  };
  return service.run({
    collections,
    app: createApp(httpKit(service, config), deps, createRateLimits(limits.redis)),
    listeners: subscriptions(),
    resources: [limits],
  });
};
