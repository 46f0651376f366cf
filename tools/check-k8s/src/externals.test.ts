import { expect, test } from '@jest/globals';
import { bundleOptions } from '@ticketing/launcher/build';
import { root } from '@ticketing/launcher/paths';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { externalProblems, readServiceImage, type ServiceImage } from './externals.ts';

const none = { dependencies: {}, optionalDependencies: {} };
const image: ServiceImage = {
  dockerfile: [
    'FROM node AS packages',
    'RUN npm ci',
    'FROM node',
    'COPY --from=packages /app/node_modules/@native ./node_modules/@native',
  ].join('\n'),
  manifests: [none, { ...none, dependencies: { '@native/hash': '1.0.0' } }],
  locked: { 'node_modules/@native/hash': { ...none, optionalDependencies: { '@native/hash-linux-x64': '1.0.0' } } },
};
const externals = ['@native/hash'];

test('When the image of the services is read, then it has every package that the bundles leave out', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'service-image-'));
  try {
    const read = readServiceImage(root, scratch);
    expect(externalProblems(read, bundleOptions.external)).toEqual([]);
    expect(externalProblems(read, ['@native/hash'])).toHaveLength(1);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test('When a package and its native code are installed and copied, then there are no problems', () => {
  expect(externalProblems(image, externals)).toEqual([]);
});

test('When a package that the bundles leave out is in no manifest, then the problem names it', () => {
  expect(externalProblems({ ...image, manifests: [none] }, externals)).toEqual([
    'no manifest in the service image depends on @native/hash, which the bundles leave out',
  ]);
});

test.each([
  ['nothing', '', ['@native/hash', '@native/hash-linux-x64']],
  [
    'only the package',
    'COPY --from=packages /app/node_modules/@native/hash ./node_modules/@native/hash',
    ['@native/hash-linux-x64'],
  ],
])('When the last stage copies %s, then the problems name what is missing', (_what, copy, missing) => {
  const dockerfile = `${image.dockerfile}\nFROM node\n${copy}`;
  expect(externalProblems({ ...image, dockerfile }, externals)).toEqual(
    missing.map((name) => `the service image lacks ${name}, and the bundles leave out @native/hash`),
  );
});
