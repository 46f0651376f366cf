import { httpKit, openService, openSite, type RunningService, type ServiceOverrides } from '@ticketing/common/service';
import { createApp } from './app.ts';
import type { Deps } from './deps.ts';
import type { Config } from './config.ts';
import { createKnownDevices } from './domain/known-devices.ts';
import { createPasswordHasher, type PasswordHasher } from './gateways/password-hasher.ts';
import { collections, openModels } from './models/open-models.ts';
import { createSessionGuard } from './queries/confirm-session.ts';
import { namedAccount } from './routes/device-cookie.ts';
import { subscriptions } from './subscriptions.ts';

/** Far more than a person needs. */
const maxSessionsPerDay = 300;

export interface AuthOverrides extends ServiceOverrides {
  readonly passwordHasher?: PasswordHasher;
}

export const startService = async (config: Config, overrides: AuthOverrides = {}): Promise<RunningService> => {
  const service = openService('auth', config, overrides);
  const { now, newId } = service;
  const devices = createKnownDevices(config.JWT_KEY, now);
  const models = openModels(service);
  const site = openSite(service, config, {
    namedAccount: namedAccount(devices),
    sessions: createSessionGuard(models, now),
  });
  const deps: Deps = {
    ...models,
    now,
    newId,
    passwordHasher: overrides.passwordHasher ?? createPasswordHasher(),
    securityLog: site.securityLog,
    tokens: site.tokens,
    maxSessionsPerDay: config.RATE_LIMITS === 'on' ? maxSessionsPerDay : undefined,
    devices,
  };
  return service.run({
    collections,
    app: createApp(httpKit(service, site), deps),
    listeners: subscriptions(),
    site,
  });
};
