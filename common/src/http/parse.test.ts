import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { RequestValidationError } from '../errors/index.ts';
import { parse } from './parse.ts';

const schema = z.object({
  email: z.email('Email must be valid'),
  password: z.string('Password must be a string').min(4, 'Password must have at least 4 characters'),
  kind: z.enum(['a', 'b'], 'Kind must be a or b').optional(),
  seats: z.array(z.object({ row: z.string('Row must be a string') })).optional(),
});

const refusal = (input: unknown): RequestValidationError => {
  try {
    parse(schema, input);
  } catch (error) {
    if (error instanceof RequestValidationError) return error;
    throw error;
  }
  throw new Error('accepted');
};

test('When the input is valid, then it is returned as parsed, without unknown keys', () => {
  const input = { email: 'a@example.com', password: 'secret', admin: true };
  expect(parse(schema, input)).toEqual({ email: 'a@example.com', password: 'secret' });
});

test('When the input has several violations, then each has an entry with its field', () => {
  expect(refusal({ email: 'x', password: 'abc', seats: [{ row: 'A' }, { row: 1 }] }).serializeErrors()).toEqual([
    { message: 'Email must be valid', field: 'email' },
    { message: 'Password must have at least 4 characters', field: 'password' },
    { message: 'Row must be a string', field: 'seats.1.row' },
  ]);
});

test.each([undefined, null, 'text', 5, [], { email: { $gt: '' }, password: { $ne: null } }])(
  'When the input is %j, then it is refused with a message for each missing field',
  (input) => {
    const error = refusal(input);
    expect(error.statusCode).toBe(400);
    expect(error.serializeErrors()).toEqual([
      { message: 'Email must be valid', field: 'email' },
      { message: 'Password must be a string', field: 'password' },
    ]);
  },
);

test('When the input is refused, then the entries do not contain it', () => {
  const sent = 'S3cret-value';
  const inputs = [
    { email: sent, password: 'x' },
    { email: 'a@example.com', password: [sent] },
    { email: 'a@example.com', password: 'long enough', kind: sent },
    { email: 'a@example.com', password: 'long enough', seats: [{ row: { [sent]: sent } }] },
    sent,
  ];
  for (const input of inputs) expect(JSON.stringify(refusal(input).serializeErrors())).not.toContain(sent);
});
