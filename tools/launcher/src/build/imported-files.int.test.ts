import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as esbuild from 'esbuild';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../paths.ts';
import { fingerprint } from './fingerprint.ts';
import { importedFiles } from './imported-files.ts';

let base = '';

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(base, path)), { recursive: true });
  await writeFile(join(base, path), text);
};

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'imported-files-'));
  const exported = { './money': './src/money/index.ts', './http': './src/http/index.ts' };
  await write('common/package.json', JSON.stringify({ name: '@ticketing/common', exports: exported }));
  await write('common/src/money/index.ts', "export { cents } from '../shared/cents.ts';");
  await write('common/src/shared/cents.ts', 'export const cents = 100;');
  await write('common/src/http/index.ts', 'export interface Kit { readonly port: number }');
  await write(
    'site/app/page.tsx',
    [
      "import 'react';",
      "import './page.css';",
      "import type { Kit } from '@ticketing/common/http';",
      "import { cents } from '@ticketing/common/money';",
      'export const Page = (kit: Kit) => <p>{cents + kit.port}</p>;',
    ].join('\n'),
  );
  await write('site/app/page.css', "@import 'tailwindcss';");
  await write('site/app/page.test.ts', "import '../../common/src/http/index.ts';");
  await mkdir(join(base, 'node_modules/@ticketing'), { recursive: true });
  await symlink('../../common', join(base, 'node_modules/@ticketing/common'));
});
afterAll(async () => {
  await esbuild.stop();
  await rm(base, { recursive: true, force: true });
});

test('When sources import files of other workspaces, then those and what they import are found, and no types or tests', async () => {
  expect(await importedFiles(base, 'site')).toEqual(['common/src/money/index.ts', 'common/src/shared/cents.ts']);
});

const inputs = async () => fingerprint(base, ['site', ...(await importedFiles(base, 'site'))]);

test('When a file that is imported indirectly changes, then the fingerprint is another one', async () => {
  const before = await inputs();
  await write('common/src/http/index.ts', 'export interface Kit { readonly port: number; readonly host: string }');
  expect(await inputs()).toBe(before);
  await write('common/src/shared/cents.ts', 'export const cents = 1000;');
  expect(await inputs()).not.toBe(before);
});

test('When the site is built, then the money module and the shapes of the services are among its inputs', async () => {
  const files = await importedFiles(root, 'client');
  expect(files).toEqual(expect.arrayContaining(['common/src/money/index.ts', 'payments/src/routes/sales-shape.ts']));
  expect(files.filter((file) => file.includes('node_modules') || file.startsWith('common/src/http/'))).toEqual([]);
});
