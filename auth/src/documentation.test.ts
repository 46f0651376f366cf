import { expect, test } from '@jest/globals';
import { documentedBy, implementedBy, toOpenApi } from '@ticketing/common/testing';
import { readFile } from 'node:fs/promises';
import { routes } from './app.ts';
import { authEnv } from './config.ts';
import { sessions } from './models/session.ts';
import { users } from './models/user.ts';

const service = new URL('../', import.meta.url);

test('When the service changes, then the tables of its README change with it', async () => {
  expect(await documentedBy(service)).toEqual(
    await implementedBy(service, { routes, env: authEnv, aggregates: [users, sessions] }),
  );
});

test('When a route changes, then openapi.yaml has been written again by `npm run openapi`', async () => {
  expect(await readFile(new URL('openapi.yaml', service), 'utf8')).toBe(await toOpenApi(service, routes));
});
