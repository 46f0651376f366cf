import { expect, test } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measuredCosts, readCosts, withCosts, withNeeds } from './document.ts';

const document = await readFile(join(root, 'docs', 'scale-out.md'), 'utf8');

test('When docs/scale-out.md has costs, then what it says a sale needs follows from them', () => {
  expect(withNeeds(document)).toBe(document);
});

test('When costs are measured again, then the document has them, and keeps those that were not measured', () => {
  const earlier = readCosts(document);
  const journeys = { cpuMilliseconds: { orders: 4.126, mongod: 5, 'stripe-sandbox': 1 } };
  const costs = readCosts(withCosts(document, measuredCosts({ journeys }, earlier)));
  expect(costs['a sale']).toMatchObject({ orders: 4.13, mongod: 5, tickets: 0 });
  expect(costs['a read']).toEqual(earlier['a read']);
  expect(() => readCosts(document.replace('| a read |', '| a write |'))).toThrow('no costs of a read');
});
