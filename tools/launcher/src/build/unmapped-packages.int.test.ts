import { afterAll, expect, test } from '@jest/globals';
import * as esbuild from 'esbuild';
import { root } from '../paths.ts';
import { bundleOptions, bundlePlugins } from './build.ts';

afterAll(() => esbuild.stop());

const mapOf = async (plugins: esbuild.Plugin[]) => {
  const { outputFiles } = await esbuild.build({
    ...bundleOptions,
    plugins,
    stdin: {
      contents: "import pLimit from 'p-limit';\nexport const run = pLimit(1);",
      resolveDir: root,
      sourcefile: 'own.ts',
    },
    outfile: 'bundle.mjs',
    absWorkingDir: root,
  });
  const text = outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '';
  const map: { sources: string[]; mappings: string } = JSON.parse(text);
  return map;
};

test('When a package is bundled, then the source map names its file and holds none of its lines', async () => {
  const [all, own] = [await mapOf([]), await mapOf(bundlePlugins)];
  expect(own.sources).toEqual(all.sources);
  expect(own.sources).toContainEqual(expect.stringContaining('p-limit/index.js'));
  expect(own.mappings.length).toBeLessThan(all.mappings.length / 4);
});
