import { expect, test } from '@jest/globals';
import { schemaProblems } from './schema.ts';

const file = {
  kinds: { 'v1 Thing': 'Thing' },
  definitions: {
    Thing: {
      type: 'object',
      required: ['size'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { type: 'object', properties: { name: { type: 'string' } } },
        size: { type: 'integer' },
        parts: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
        notes: { type: 'object', additionalProperties: { type: 'string' } },
        port: { type: 'string', format: 'int-or-string' },
        memory: { $ref: 'api.resource.Quantity' },
      },
    },
  },
};
const thing = (more: object) => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'one' }, ...more });

test('When an object is as its schema says, then nothing is said', () => {
  const right = { size: 1, parts: ['a'], notes: { any: 'text' }, port: 80, memory: '1Gi' };
  expect(schemaProblems(file, thing(right))).toEqual([]);
});

test.each([
  [{}, 'Thing one.size: is missing'],
  [{ size: '1' }, 'Thing one.size: is string, not integer'],
  [{ size: 1, colour: 'red' }, 'Thing one.colour: is no field of it'],
  [{ size: 1, parts: ['c'] }, 'Thing one.parts[0]: c is none of a, b'],
  [{ size: 1, notes: { any: 1 } }, 'Thing one.notes.any: is integer, not string'],
  [{ size: 1, port: true }, 'Thing one.port: no number and no name'],
  [{ size: 1, memory: {} }, 'Thing one.memory: no quantity'],
  [{ size: 1, kind: 'Other' }, 'Other one: v1 has no such kind, or it is not in infra/k8s/schemas'],
])('When it is %j, then the answer is: %s', (more, problem) => {
  expect(schemaProblems(file, thing(more))).toEqual([problem]);
});
