import { expect, test } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { environmentLabel, refusalOf } from '../development-namespace.mjs';

const google = 'gke_project_region_cluster';
const laptop = 'docker-desktop';
const development = { [environmentLabel]: 'development' };

test('When a namespace holds production, then development is refused there, whatever the context is called', () => {
  const text = readFileSync(join(root, 'infra', 'k8s', 'overlays', 'gcp', 'namespace.yaml'), 'utf8');
  const { name, labels } = z
    .looseObject({ metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }) })
    .parse(parse(text)).metadata;
  for (const context of [google, laptop, 'production'])
    expect(refusalOf({ context, namespace: name, labels })).toContain(`${name} of ${context} holds production`);
});

test('When a namespace of a Google cluster is not labelled for development, then development is refused there', () => {
  for (const labels of [{}, { [environmentLabel]: 'staging' }])
    expect(refusalOf({ context: google, namespace: 'default', labels })).toContain(`${environmentLabel}=development`);
  expect(refusalOf({ context: google, namespace: 'ticketing-dev', labels: development })).toBeUndefined();
});

test('When a namespace does not exist yet, or is on a laptop and not production’s, then development may have it', () => {
  expect(refusalOf({ context: google, namespace: 'ticketing-dev', labels: undefined })).toBeUndefined();
  expect(refusalOf({ context: laptop, namespace: 'default', labels: {} })).toBeUndefined();
});
