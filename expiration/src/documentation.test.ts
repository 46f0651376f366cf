import { expect, test } from '@jest/globals';
import { documentedBy, implementedBy, openApiRoutes } from '@ticketing/common/testing';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { expirationEnv } from './config.ts';

const service = new URL('../', import.meta.url);

test('When the service changes, then the tables of its README change with it', async () => {
  expect(await documentedBy(service)).toEqual(await implementedBy(service, expirationEnv));
});

test('When a route comes or goes, then the OpenAPI document has it or not', async () => {
  const { routes } = await implementedBy(service, expirationEnv);
  expect(openApiRoutes(parse(await readFile(new URL('openapi.yaml', service), 'utf8')))).toEqual(routes);
});
