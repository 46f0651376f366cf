import { expect, test } from '@jest/globals';
import { readmeTable } from '@ticketing/common/testing';
import { readFile } from 'node:fs/promises';
import { smtpBehaviours } from './behaviour.ts';
import { mailboxEnv } from './config.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const app = await readFile(new URL('app.ts', import.meta.url), 'utf8');

const firstCells = (heading: string): string[] => readmeTable(readme, heading).map(([first = '']) => first);

test('When a route changes, then the table of routes has it', () => {
  const routes = [...app.matchAll(/app\.(get|post)\('([^']+)'/g)].map(
    ([, method = '', path = '']) => `${method.toUpperCase()} ${path}`,
  );
  expect(routes).toHaveLength(5);
  expect(firstCells('Routes').toSorted()).toEqual(routes.toSorted());
});

test('When a setting changes, then the table of settings has its name, default and meaning', () => {
  const settings = Object.entries(mailboxEnv).map(([name, schema]) => {
    const standard = schema.safeParse(undefined);
    return [name, standard.success ? String(standard.data) : '', (schema.description ?? '').replaceAll('`', '')];
  });
  expect(readmeTable(readme, 'Environment')).toEqual(settings);
});

test('When a behaviour is added, then the table of behaviours has it', () => {
  expect(firstCells('Behaviour')).toEqual([...smtpBehaviours]);
});
