import { afterAll, expect, test } from '@jest/globals';
import * as esbuild from 'esbuild';
import { execa } from 'execa';
import { root } from '../paths.ts';
import { bundleOptions, bundlePlugins } from './build.ts';

afterAll(() => esbuild.stop());

/** What a bundle of `contents` writes. */
const outputOf = async (contents: string): Promise<string> => {
  const { outputFiles } = await esbuild.build({
    ...bundleOptions,
    plugins: bundlePlugins,
    stdin: { contents, resolveDir: root, sourcefile: 'own.ts' },
    outfile: 'bundle.mjs',
    absWorkingDir: root,
  });
  const bundle = outputFiles.find(({ path }) => path.endsWith('.mjs'))?.text ?? '';
  const { stdout } = await execa(process.execPath, ['--input-type=module'], { input: bundle });
  return stdout;
};

test('When a bundle has started, then only what esbuild has renamed is named by it', async () => {
  const output = await outputOf(`
    export const Problem = () => 'of the module';
    const makeClass = () => { class Problem extends Error {} return Problem; };
    const makeFunction = () => { function Problem() {} return Problem; };
    const makeClosure = () => { const closure = () => 1; return closure; };
    const print = () => console.log([Problem, makeClass(), makeFunction(), makeClosure(), print].map((made) => made.name).join());
    print();
    setTimeout(print, 10);
  `);
  expect(output.split('\n')).toEqual(['Problem,Problem,Problem,closure,print', 'Problem,Problem,Problem,,print']);
});
