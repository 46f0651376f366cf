import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { UnknownValueError } from './unknown-values.ts';

const filed = defineEvent(
  'ticket.filed',
  z.object({
    id: z.string(),
    kind: z.enum(['paper', 'mobile']).optional(),
    step: z.union([z.literal(1), z.literal(2)]).optional(),
    scans: z.array(z.object({ result: z.enum(['good', 'bad']), at: z.iso.datetime() })).optional(),
    place: z
      .discriminatedUnion('type', [
        z.object({ type: z.literal('seat'), row: z.string() }),
        z.object({ type: z.literal('standing') }),
      ])
      .optional(),
  }),
);

const parse = (data: object) =>
  filed.parse({
    id: 'event-1',
    type: 'ticket.filed',
    schemaVersion: 1,
    time: '2026-01-01T00:00:00.000Z',
    aggregate: { type: 'ticket', id: 'a', version: 0 },
    correlationId: 'c',
    traceId: 't',
    data: { id: 'a', ...data },
  });

const at = '2026-01-01T00:00:00.000Z';

test.each([
  ['a member of an enum', { kind: 'wristband' }],
  ['a literal of a union', { step: 3 }],
  [
    'a value in a list',
    {
      scans: [
        { result: 'good', at },
        { result: 'unsure', at },
      ],
    },
  ],
  ['a variant', { place: { type: 'balcony', row: 7 } }],
  ['several values at once', { kind: 'wristband', step: 3 }],
])('When an event has %s that this version does not know, then the value is unknown', (_what, data) => {
  expect(() => parse(data)).toThrow(UnknownValueError);
});

test('When a value is unknown, then the error names its field', () => {
  expect(() => parse({ scans: [{ result: 'unsure', at }] })).toThrow(/^scans\.0\.result: /);
});

test.each([
  ['a value of another type in place of a member', { kind: 7 }],
  ['null in place of a member', { kind: null }],
  ['no variant', { place: { row: '7' } }],
  ['a variant without its fields', { place: { type: 'seat' } }],
  ['a broken field beside an unknown value', { kind: 'wristband', scans: [{ result: 'good', at: 'yesterday' }] }],
  ['a broken field', { id: 7 }],
])('When an event has %s, then it is malformed', (_what, data) => {
  expect(() => parse(data)).toThrow(z.ZodError);
});

test('When an event has a field that this version does not know, then it is kept', () => {
  expect(parse({ gate: '7', scans: [{ result: 'good', at, by: 'x' }] }).data).toEqual({
    id: 'a',
    gate: '7',
    scans: [{ result: 'good', at, by: 'x' }],
  });
});
