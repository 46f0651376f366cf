import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

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

/** The packages that a file imports, itself or through other files. */
const packagesOf = (file: string, seen = new Set<string>()): string[] => {
  if (seen.has(file)) return [];
  seen.add(file);
  const paths = [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^';]* from )?'([^']+)';$/gm)];
  return paths.flatMap(([, path = '']) => {
    if (path.startsWith('.')) return packagesOf(join(dirname(file), path), seen);
    return path.startsWith('node:') ? [] : [path];
  });
};

test('When the server imports a package, then the image has it', () => {
  const packages = new Set(packagesOf(join(import.meta.dirname, 'server.mjs')));
  const inImage = [...dockerfile.matchAll(/^COPY --from=build \/app\/node_modules\/(\S+) node_modules\/\1$/gm)];
  // Next's output has Next.
  expect(packages).toEqual(new Set(['next', ...inImage.map(([, name = '']) => name)]));
});
