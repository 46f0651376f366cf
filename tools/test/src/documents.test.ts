import { expect, test } from '@jest/globals';
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const skipped = new Set(['node_modules', '.git', '.next', 'dist', '.cache', '.data', 'results']);

const markdownFiles = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(
    entries
      .filter(({ name }) => !skipped.has(name))
      .map(async (entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return markdownFiles(path);
        return entry.name.endsWith('.md') ? [path] : [];
      }),
  );
  return nested.flat();
};

/** Targets of links and images that are files of this repository. */
const localTargets = (markdown: string): string[] =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.split('#')[0] ?? '')
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

test('When a document links to a file, then the file is there', async () => {
  const missing: string[] = [];
  for (const file of await markdownFiles(root)) {
    for (const target of localTargets(await readFile(file, 'utf8'))) {
      await access(join(dirname(file), target)).catch(() => missing.push(`${relative(root, file)} → ${target}`));
    }
  }
  expect(missing).toEqual([]);
});

test('When a decision record is written, then the index names it', async () => {
  const folder = join(root, 'docs', 'adr');
  const index = await readFile(join(folder, 'README.md'), 'utf8');
  const records = (await readdir(folder)).filter((name) => /^\d{4}-.*\.md$/.test(name));
  expect(records.filter((name) => !index.includes(`(${name})`))).toEqual([]);
});

const scriptsOf = async (folder: string): Promise<string[]> => {
  const manifest: { scripts?: Record<string, string> } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}'),
  );
  return Object.keys(manifest.scripts ?? {});
};

test('When a document names an npm command, then the package.json at the top or beside it has it', async () => {
  const everywhere = await scriptsOf(root);
  const unknown: string[] = [];
  for (const file of await markdownFiles(root)) {
    const known = [...everywhere, ...(await scriptsOf(dirname(file)))];
    for (const [, name = ''] of (await readFile(file, 'utf8')).matchAll(/\bnpm run ([a-z][\w:-]*)/g)) {
      if (!known.includes(name)) unknown.push(`${relative(root, file)}: npm run ${name}`);
    }
  }
  expect(unknown).toEqual([]);
});

test('When a folder stands at the top, then the map in the README has it', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !skipped.has(entry.name),
  );
  expect(folders.map(({ name }) => name).filter((name) => !readme.includes(`\`${name}/\``))).toEqual([]);
});

/** The tests that a document names: each a file and the titles after it. */
const namedTests = async (name: string): Promise<{ file: string; titles: string[] }[]> => {
  const markdown = await readFile(join(root, 'docs', name), 'utf8');
  return [...markdown.matchAll(/`([\w./-]+\.test\.tsx?)`(?:: ([^`|]*))?/g)].map(([, file = '', text = '']) => ({
    file,
    titles: text.split(/; (?=When )/).filter((title) => title.startsWith('When ')),
  }));
};

test.each(['bounds.md', 'payments.md', 'robustness.md', 'security.md'])(
  'When %s names a test, then its file exists',
  async (name) => {
    const missing: string[] = [];
    for (const { file } of await namedTests(name)) await access(join(root, file)).catch(() => missing.push(file));
    expect(missing).toEqual([]);
  },
);

/** `…` in a title stands for what varies. */
const titlePattern = (title: string): RegExp => {
  const parts = title.replace(/[\s;]+$/, '').split('…');
  return new RegExp(
    `['"\`]${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')}['"\`]`,
  );
};

// The others shorten titles, or fill in what varies.
test.each(['payments.md', 'security.md'])(
  'When %s names a test by its title, then the file has a test of this title',
  async (name) => {
    const missing: string[] = [];
    for (const { file, titles } of await namedTests(name)) {
      const source = await readFile(join(root, file), 'utf8');
      missing.push(...titles.filter((title) => !titlePattern(title).test(source)).map((title) => `${file}: ${title}`));
    }
    expect(missing).toEqual([]);
  },
);
