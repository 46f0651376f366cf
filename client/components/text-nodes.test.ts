import { expect, test } from '@jest/globals';
import { parseSync, type Expression, type JSXElement, type JSXEmptyExpression, type JSXFragment } from '@swc/core';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Child = JSXElement['children'][number];

/** What a child of an element becomes: `changing` elements come and go, and `text` may be another one later. */
type Kind = 'nothing' | 'text that stays' | 'text' | 'element' | 'changing';

const ofLiterals: Readonly<Partial<Record<string, Kind>>> = {
  JSXEmptyExpression: 'nothing',
  NullLiteral: 'nothing',
  BooleanLiteral: 'nothing',
  StringLiteral: 'text that stays',
  JSXElement: 'element',
  JSXFragment: 'element',
};

const ofExpression = (expression: Expression | JSXEmptyExpression): Kind => {
  const either = (...branches: readonly Expression[]): Kind =>
    branches.some((branch) => ofExpression(branch).startsWith('text')) ? 'text' : 'changing';
  if (expression.type === 'ParenthesisExpression') return ofExpression(expression.expression);
  if (expression.type === 'ConditionalExpression') return either(expression.consequent, expression.alternate);
  if (expression.type === 'BinaryExpression') return either(expression.right);
  // The caller's; a component that gets text has it in an element of its own.
  if (expression.type === 'Identifier' && expression.value === 'children') return 'element';
  if (expression.type === 'CallExpression') {
    const render = expression.arguments[0]?.expression;
    // What a block returns is an element in this code base.
    if (render?.type === 'ArrowFunctionExpression') return 'stmts' in render.body ? 'changing' : either(render.body);
  }
  return ofLiterals[expression.type] ?? 'text';
};

const ofChild = (child: Child): Kind => {
  if (child.type === 'JSXExpressionContainer') return ofExpression(child.expression);
  if (child.type !== 'JSXText') return 'element';
  return child.value.trim() === '' && child.value.includes('\n') ? 'nothing' : 'text that stays';
};

const isParent = (node: object): node is JSXElement | JSXFragment =>
  'type' in node && (node.type === 'JSXElement' || node.type === 'JSXFragment');

const parentsIn = (node: unknown): (JSXElement | JSXFragment)[] => {
  if (typeof node !== 'object' || node === null) return [];
  return [...(isParent(node) ? [node] : []), ...Object.values(node).flatMap(parentsIn)];
};

/** The children of each element in which a browser's translator would leave React without its text. */
const unsafe = (source: string): string[] =>
  parentsIn(parseSync(source, { syntax: 'typescript', tsx: true })).flatMap(({ children }) => {
    const kinds = children.map(ofChild).filter((kind) => kind !== 'nothing');
    const isUnsafe =
      (kinds.length > 1 && kinds.includes('text')) || (kinds.includes('changing') && kinds.includes('text that stays'));
    return isUnsafe ? [kinds.join(', ')] : [];
  });

test.each([
  ['<p>{count} tickets</p>', 1],
  ['<p><Icon />{label}</p>', 1],
  ['<p>{isNew && <b>New</b>} Concert</p>', 1],
  ['<p>{`${count} tickets`}</p>', 0],
  ['<p><Icon /><span>{label}</span> for you</p>', 0],
  ['<ul>{rows.map((row) => <li>{row}</li>)}</ul>', 0],
])('When the source is %s, then %i element is unsafe for translation', (source, count) => {
  expect(unsafe(`export const x = ${source};`)).toHaveLength(count);
});

test('When text may change, then it is the only child of its element: a translator replaces text nodes, which React then no longer finds', () => {
  const client = join(import.meta.dirname, '..');
  const found = ['app', 'components'].flatMap((folder) =>
    readdirSync(join(client, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.tsx'))
      .flatMap((name) =>
        unsafe(readFileSync(join(client, folder, name), 'utf8')).map((kinds) => `${folder}/${name}: ${kinds}`),
      ),
  );
  expect(found).toEqual([]);
});
