import { openMail } from '@ticketing/common/mail';
import { carryOutOperatorRequests } from '@ticketing/common/operator';
import {
  httpKit,
  openService,
  openSite,
  periodically,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import type { Deps } from './deps.ts';
import type { Config } from './config.ts';
import { carryOutOperatorRequest } from './commands/carry-out-operator-request.ts';
import { cleanUpAccounts } from './commands/close-account.ts';
import { carryOutResetRequests } from './commands/request-password-reset.ts';
import { createKnownDevices } from './domain/known-devices.ts';
import { createLinkTokens } from './domain/links.ts';
import { createPasswordHasher, type PasswordHasher } from './gateways/password-hasher.ts';
import { templates } from './mails/templates.ts';
import { createWebAuthn } from './gateways/web-authn.ts';
import { collections, openModels } from './models/open-models.ts';
import { users } from './models/user.ts';
import { createSessionGuard } from './queries/confirm-session.ts';
import { namedAccount } from './routes/device-cookie.ts';
import { subscriptions } from './subscriptions.ts';

/** Far more than a person needs. */
const maxSessionsPerDay = 300;
const workMs = 1_000;

export interface AuthOverrides extends ServiceOverrides {
  readonly passwordHasher?: PasswordHasher;
}

export const startService = async (config: Config, overrides: AuthOverrides = {}): Promise<RunningService> => {
  const service = openService('auth', config, overrides);
  const { logger, now, newId } = service;
  const devices = createKnownDevices(config.JWT_KEY, now);
  const models = openModels(service);
  const site = openSite(service, config, {
    namedAccount: namedAccount(devices, async (email) => {
      const user = await models.users.findOne({ email }, { projection: { passwordChangedAt: 1 } });
      return user?.passwordChangedAt;
    }),
    sessions: createSessionGuard(models, now),
  });
  const links = createLinkTokens(config.LINK_KEY);
  const mail = openMail(service, config, { templates, context: { links }, pendingIn: [users.name] });
  const worker: { runSoon?: () => void } = {};
  const deps: Deps = {
    ...models,
    now,
    newId,
    passwordHasher: overrides.passwordHasher ?? createPasswordHasher(),
    securityLog: site.securityLog,
    tokens: site.tokens,
    maxSessionsPerDay: config.RATE_LIMITS === 'on' ? maxSessionsPerDay : undefined,
    devices,
    links,
    mail,
    workSoon: () => worker.runSoon?.(),
    webAuthn: createWebAuthn(site.publicUrl),
  };
  return service.run({
    collections,
    app: createApp(httpKit(service, site), deps),
    listeners: subscriptions(),
    workers: [
      ...mail.workers,
      () => {
        const work = periodically({ name: 'account work', periodMs: workMs, logger }, async () => {
          await carryOutOperatorRequests({ ...deps, logger }, (request) => carryOutOperatorRequest(deps, request));
          await carryOutResetRequests(deps);
          await cleanUpAccounts(deps);
        });
        worker.runSoon = () => work.runSoon();
        return work;
      },
    ],
    site,
  });
};
