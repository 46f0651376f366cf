import type { z } from 'zod';
import { RequestValidationError } from '../errors/index.ts';

/** What is no object has none of the fields. */
const fieldsOf = (input: unknown): object =>
  typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {};

/**
 * Returns the input as parsed by the schema, which is one of an object.
 * @throws RequestValidationError with one entry per violation; no entry contains the input.
 */
export const parse = <Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> => {
  const result = schema.safeParse(fieldsOf(input));
  if (result.success) return result.data;
  throw new RequestValidationError(
    result.error.issues.map((issue) => ({
      message: issue.message,
      ...(issue.path.length === 0 ? {} : { field: issue.path.map(String).join('.') }),
    })),
  );
};
