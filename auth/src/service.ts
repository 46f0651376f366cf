import { httpKit, openService, openSite, type RunningService, type ServiceOverrides } from '@ticketing/common/service';
import { createApp } from './app.ts';
import type { Deps } from './deps.ts';
import type { Config } from './config.ts';
import { createKnownDevices } from './domain/known-devices.ts';
import { createPasswordHasher, type PasswordHasher } from './gateways/password-hasher.ts';
import { collections, openModels } from './models/open-models.ts';
import { namedAccount } from './routes/device-cookie.ts';
import { subscriptions } from './subscriptions.ts';

export interface AuthOverrides extends ServiceOverrides {
  readonly passwordHasher?: PasswordHasher;
}

export const startService = async (config: Config, overrides: AuthOverrides = {}): Promise<RunningService> => {
  const service = openService('auth', config, overrides);
  const { now, newId } = service;
  const devices = createKnownDevices(config.JWT_KEY, now);
  const site = openSite(service, config, namedAccount(devices));
  const deps: Deps = {
    ...openModels(service),
    now,
    newId,
    passwordHasher: overrides.passwordHasher ?? createPasswordHasher(),
    sessions: site.sessions,
    securityLog: site.securityLog,
    devices,
  };
  return service.run({
    collections,
    app: createApp(httpKit(service, site), deps),
    listeners: subscriptions(),
    resources: [site],
  });
};
