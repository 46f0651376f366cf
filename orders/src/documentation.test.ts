import { expect, test } from '@jest/globals';
import { documentedBy, implementedBy, openApiRoutes } from '@ticketing/common/testing';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ordersEnv } from './config.ts';
import { orders } from './models/order.ts';

const service = new URL('../', import.meta.url);

test('When the service changes, then the tables of its README change with it', async () => {
  expect(await documentedBy(service)).toEqual(await implementedBy(service, ordersEnv, [orders]));
});

test('When a route comes or goes, then the OpenAPI document has it or not', async () => {
  const { routes } = await implementedBy(service, ordersEnv, [orders]);
  expect(openApiRoutes(parse(await readFile(new URL('openapi.yaml', service), 'utf8')))).toEqual(routes);
});
