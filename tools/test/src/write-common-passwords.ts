import { root } from '@ticketing/launcher/paths';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { z } from 'zod';

// Writes auth/src/domain/common-passwords.ts from the npm package zxcvbn, which the project does not depend on:
//
//   npm pack zxcvbn@4.4.2 && tar -xzf zxcvbn-4.4.2.tgz
//   node tools/launcher/run.mjs tools/test/src/write-common-passwords.ts package

/** The most common passwords that are refused. */
const ranks = 10_000;
/** Shorter ones are refused for their length (auth/src/domain/new-password.ts). */
const shortest = 8;
const columns = 160;

const [directory = 'package'] = process.argv.slice(2);
const source = resolve(directory);
const lists: unknown = createRequire(import.meta.url)(join(source, 'lib', 'frequency_lists.js'));
const { passwords } = z.object({ passwords: z.array(z.string()) }).parse(lists);
const { version } = z
  .object({ name: z.literal('zxcvbn'), version: z.string() })
  .parse(JSON.parse(await readFile(join(source, 'package.json'), 'utf8')));
const licence = await readFile(join(source, 'LICENSE.txt'), 'utf8');

/** Can be written into a template literal as it is, with spaces between. */
const plain = z.string().regex(/^[^\s`\\$]+$/);
const kept = passwords
  .slice(0, ranks)
  .map((password) => password.normalize('NFKC').toLowerCase())
  .filter((password) => Array.from(password).length >= shortest)
  .map((password) => plain.parse(password));
const lines = kept.reduce<string[]>((all, password) => {
  const last = all.at(-1);
  if (last === undefined || last.length + password.length >= columns) return [...all, password];
  return [...all.slice(0, -1), `${last} ${password}`];
}, []);

await writeFile(
  join(root, 'auth', 'src', 'domain', 'common-passwords.ts'),
  `/*!
 * List of common passwords of zxcvbn ${version}, https://github.com/dropbox/zxcvbn
 *
${licence
  .trim()
  .split('\n')
  .map((line) => ` * ${line}`.trimEnd())
  .join('\n')}
 */

/**
 * Those of the ${ranks.toLocaleString('en')} most common passwords that have ${shortest} characters or more, in lower case, the most common first.
 * Written by tools/test/src/write-common-passwords.ts.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  \`
${lines.join('\n')}
\`
    .trim()
    .split(/\\s/),
);
`,
);
