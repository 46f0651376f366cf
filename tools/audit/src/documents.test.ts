import { expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOperatorArgs } from './operator-command.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** Arguments as a document writes them: comments, placeholders and the rest of a sentence are left out. */
const commandsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/npm run operator -- ([^`\n#)\]]*)/g)].map(([, args = '']) => args.trim());

const optionsIn = (text: string): string[] => text.match(/--[a-z][a-z-]*/g) ?? [];

const helpOf = (...args: string[]): string => readOperatorArgs([...args, '--help']).help ?? '';

/** What is wrong with a command in a document. */
const problemsOf = (command: string): string[] => {
  const [name = ''] = command.split(/\s+/);
  if (['', 'help', '…'].includes(name)) return [];
  try {
    readOperatorArgs([name]);
  } catch {
    return [`there is no command ${name}`];
  }
  const known = [...optionsIn(helpOf(name)), '--by', '--cluster', '--help'];
  return optionsIn(command)
    .filter((option) => !known.includes(option))
    .map((option) => `${name} has no option ${option}`);
};

test.each([
  ['refund ORDER --reason TEXT', []],
  ['dead-letters replay --all --service orders --cluster', []],
  ['refnd ORDER', ['there is no command refnd']],
  ['problems --reason TEXT', ['problems has no option --reason']],
])('When a document has the command %s, then the check finds what is wrong with it', (command, problems) => {
  expect(problemsOf(command)).toEqual(problems);
});

test('When a document names an operator’s command, then the program has it with its options', () => {
  const files = globSync('{*.md,docs/**/*.md,*/README.md,tools/*/README.md}', { cwd: root });
  const named = files.flatMap((file) =>
    commandsIn(readFileSync(join(root, file), 'utf8')).map((command) => ({ file, command })),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.flatMap(({ file, command }) => problemsOf(command).map((problem) => `${file}: ${problem}`))).toEqual([]);
});

test('When the README of this folder lists the commands, then none is missing', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const listed = new Set(commandsIn(readme).map((command) => command.split(/\s+/)[0]));
  const names = [...helpOf().matchAll(/^npm run operator -- ([a-z-]+)/gm)].map(([, name]) => name);
  expect(names.filter((name) => !listed.has(name))).toEqual([]);
});
