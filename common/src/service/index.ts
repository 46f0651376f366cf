export { commonEnv, ConfigError, rateLimitEnv, readEnv, sessionEnv, url, wholeNumber } from './config.ts';
export { httpKit } from './http-kit.ts';
export { createLogger } from './logger.ts';
export { Metrics } from './metrics.ts';
export { openService } from './open-service.ts';
export type { Plan, RunningService, Service, ServiceConfig, ServiceOverrides, Worker } from './open-service.ts';
export { periodically } from './periodic.ts';
export { runUntilToldToStop } from './run-until-told-to-stop.ts';
