import { behindRouter, type TrustedProxies } from '../edge/index.ts';
import { createSessions, type HttpKit } from '../http/index.ts';
import type { Service } from './open-service.ts';

/** The dependencies of `buildApp`, from a service and the settings of its site. */
export const httpKit = (
  service: Service,
  site?: { readonly JWT_KEY: string; readonly PUBLIC_URL: string; readonly TRUST_PROXY: TrustedProxies },
): HttpKit => ({
  logger: service.logger,
  database: service.database,
  observe: service.metrics.observeRequest,
  ...(site === undefined
    ? {}
    : {
        site: {
          sessions: createSessions(site.JWT_KEY),
          publicUrl: new URL(site.PUBLIC_URL),
          proxies: behindRouter(site.TRUST_PROXY),
        },
      }),
});
