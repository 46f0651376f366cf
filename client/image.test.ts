import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dockerfile = readFileSync(join(root, 'infra', 'docker', 'client.Dockerfile'), 'utf8');
const copied = new Set(
  [...dockerfile.matchAll(/^COPY common\/src\/(\w+) common\/src\/\1$/gm)].map(([, folder = '']) => folder),
);

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.test)\.tsx?$/.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));

/** The folders of `common` that sources import, as `pattern` captures them. */
const imported = (folders: readonly string[], pattern: RegExp): string[] => [
  ...new Set(
    folders.flatMap(sourcesIn).flatMap((source) => Array.from(source.matchAll(pattern), ([, name = '']) => name)),
  ),
];

test('When the site imports a folder of common, then the image has it, with what that folder imports', () => {
  const direct = imported(
    ['app', 'components', 'lib'].map((folder) => join(import.meta.dirname, folder)),
    /from '@ticketing\/common\/(\w+)'/g,
  );
  expect(direct.length).toBeGreaterThan(2);
  expect(direct.filter((folder) => !copied.has(folder))).toEqual([]);
  const indirect = imported(
    direct.map((folder) => join(root, 'common', 'src', folder)),
    /from '\.\.\/(\w+)\/[^']+'/g,
  );
  expect(indirect.filter((folder) => !copied.has(folder))).toEqual([]);
});
