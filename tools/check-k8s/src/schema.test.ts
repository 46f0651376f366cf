import { expect, test } from '@jest/globals';
import { createSchemaCheck } from './schema.ts';

const check = createSchemaCheck({
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
    'api.resource.Quantity': { type: 'string' },
  },
});
const thing = (more: object) => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'one' }, ...more });

test('When an object matches its schema, then there are no problems', () => {
  const right = { size: 1, parts: ['a'], notes: { any: 'text' }, port: 80, memory: '1Gi' };
  expect(check(thing(right))).toEqual([]);
});

test.each([
  [{}, 'Thing one: /size is missing'],
  [{ size: '1' }, 'Thing one: /size must be integer'],
  [{ size: 1, colour: 'red' }, 'Thing one: /colour is not a known field'],
  [{ size: 1, parts: ['c'] }, 'Thing one: /parts/0 must be one of a,b'],
  [{ size: 1, notes: { any: 1 } }, 'Thing one: /notes/any must be string'],
  [{ size: 1, port: true }, 'Thing one: /port must be string,integer'],
  [{ size: 1, memory: {} }, 'Thing one: /memory must be string,number'],
  [{ size: 1, kind: 'Other' }, 'Other one: infra/k8s/schemas has no schema of v1 Other'],
])('When an object is %j, then the problem is: %s', (more, problem) => {
  expect(check(thing(more))).toEqual([problem]);
});
