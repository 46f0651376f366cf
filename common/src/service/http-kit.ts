import type { HttpKit, Site } from '../http/index.ts';
import type { Service } from './open-service.ts';

/** The dependencies of `buildApp`; `site` for a service with routes. */
export const httpKit = (service: Service, site?: Site): HttpKit => ({
  logger: service.logger,
  now: service.now,
  database: service.database,
  taken: service.metrics.requestRoomTaken,
  observe: service.metrics.observeRequest,
  ...(site === undefined ? {} : { site }),
});
