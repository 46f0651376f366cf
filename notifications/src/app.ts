import { buildApp, serve, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';

/** None: notifications has events, and the probes that every service has. */
export const routes: readonly RoutedEndpoint<unknown>[] = [];

export const createApp = (kit: HttpKit): Express => buildApp(kit, serve(routes, undefined));
