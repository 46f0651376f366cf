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

test('When a bundle has started, then it names classes that are made later, and no functions', async () => {
  const output = await outputOf(`
    export const Problem = () => 'of the module';
    const makeClass = () => { class Problem extends Error { static none = new Problem(); } return Problem; };
    const makeClosure = () => { const closure = () => 1; return closure; };
    const print = () => console.log([Problem, makeClass(), makeClosure(), print].map((made) => made.name).join());
    print();
    setTimeout(print, 10);
  `);
  expect(output.split('\n')).toEqual(['Problem,Problem,closure,print', 'Problem,Problem,,print']);
});
