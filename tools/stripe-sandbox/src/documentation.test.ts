import { expect, test } from '@jest/globals';
import { readmeTable } from '@ticketing/common/testing';
import { readFile } from 'node:fs/promises';
import { failures } from './behaviour.ts';
import { formScript } from './card-form/script.ts';
import { sandboxEnv } from './config.ts';
import { testCards } from './domain/test-cards.ts';
import { eventTypes } from './events.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const app = await readFile(new URL('app.ts', import.meta.url), 'utf8');

const table = (heading: string): string[][] => readmeTable(readme, heading);

const firstCells = (heading: string): string[] => table(heading).map(([first = '']) => first);

test('When a route changes, then the table of routes has it', () => {
  const routes = [...app.matchAll(/app\.(get|post)\(\s*'([^']+)'/g)].map(
    ([, method = '', path = '']) => `${method.toUpperCase()} ${path}`,
  );
  expect(routes.length).toBeGreaterThan(15);
  expect(firstCells('Routes').toSorted()).toEqual(routes.toSorted());
});

test('When a setting changes, then the table of settings has its name, default and meaning', () => {
  const settings = Object.entries(sandboxEnv).map(([name, schema]) => {
    const standard = schema.safeParse(undefined);
    return [name, standard.success ? String(standard.data ?? '') : '', schema.description ?? ''];
  });
  expect(table('Environment')).toEqual(settings);
});

test('When a test card changes, then the table of cards has its names, number and outcome', () => {
  expect(table('Test cards')).toEqual(
    testCards.map(({ names, number, decline, requiresAuthentication, afterwards }) => [
      names.join(', '),
      number,
      (requiresAuthentication ? '3-D Secure, then ' : '') +
        (decline === undefined ? 'succeeds' : `${decline.code} / ${decline.declineCode}`) +
        (afterwards === undefined ? '' : `, then the ${afterwards}`),
    ]),
  );
});

test('When a failure, an event or a message of the card form changes, then the README names it', () => {
  expect(firstCells('Behaviour')).toEqual([...failures]);
  for (const type of eventTypes) expect(readme).toContain(`\`${type}\``);
  const messages = new Set([...formScript.matchAll(/sandbox:[a-z-]+/g)].map(([message]) => message));
  const documented = firstCells('Card form').map((cell) => /sandbox:[a-z-]+/.exec(cell)?.[0] ?? '');
  expect(documented.toSorted()).toEqual([...messages].toSorted());
});
