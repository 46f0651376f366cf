import { mailJobs, openMail } from '@ticketing/common/mail';
import { openReceipts } from '@ticketing/common/receipt';
import { httpKit, openService, type RunningService, type ServiceOverrides } from '@ticketing/common/service';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { templates } from './mails/templates.ts';
import { collections, openModels } from './models/open-models.ts';
import { sales } from './models/sale.ts';
import { subscriptions } from './subscriptions.ts';

export const startService = async (config: Config, overrides: ServiceOverrides = {}): Promise<RunningService> => {
  const service = openService('notifications', config, overrides);
  const mail = openMail(service, config, { templates, context: { receipts: openReceipts() } });
  const deps: Deps = { ...openModels(service), now: service.now, currency: config.CURRENCY, mail };
  return service.run({
    collections: [...collections, mailJobs],
    app: createApp(httpKit(service)),
    listeners: subscriptions(deps),
    prices: { currency: config.CURRENCY, collections: [sales.name] },
    workers: mail.workers,
  });
};
