import { toOpenApi, type DescribedRoute } from '@ticketing/common/testing';
import { root } from '@ticketing/launcher/paths';
import { readServices } from '@ticketing/launcher/workspaces';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

// npm run openapi: writes the openapi.yaml of every service from its routes.

const app = z.object({ routes: z.array(z.custom<DescribedRoute>((route) => typeof route === 'object')) });

for (const { folder } of readServices()) {
  const service = pathToFileURL(join(root, folder, '/'));
  const { routes } = app.parse(await import(new URL('src/app.ts', service).href));
  await writeFile(new URL('openapi.yaml', service), await toOpenApi(service, routes));
}
