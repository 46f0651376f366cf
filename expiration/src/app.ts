import { buildApp, type HttpKit } from '@ticketing/common/http';
import type { Express } from 'express';

/** No routes: expiration is heard on the bus only, and asked for its probes. */
export const createApp = (kit: HttpKit): Express => buildApp(kit, () => undefined);
