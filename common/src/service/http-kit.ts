import { createSessions, type HttpKit } from '../http/index.ts';
import type { Service } from './open-service.ts';

/** The dependencies of `buildApp`, from a service and its session settings. */
export const httpKit = (
  service: Service,
  session?: { readonly JWT_KEY: string; readonly PUBLIC_URL: string },
): HttpKit => ({
  logger: service.logger,
  database: service.database,
  observe: service.metrics.observeRequest,
  secureCookies: session?.PUBLIC_URL.startsWith('https://') ?? false,
  ...(session === undefined ? {} : { sessions: createSessions(session.JWT_KEY) }),
});
