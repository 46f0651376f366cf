import type { z } from 'zod';
import { RequestValidationError } from '../errors/index.ts';

/**
 * Returns the input as parsed by the schema.
 * @throws RequestValidationError with one entry per violation; no entry contains the input.
 */
export const parse = <Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> => {
  const result = schema.safeParse(input ?? {});
  if (result.success) return result.data;
  throw new RequestValidationError(
    result.error.issues.map((issue) => ({
      message: issue.message,
      ...(issue.path.length === 0 ? {} : { field: issue.path.map(String).join('.') }),
    })),
  );
};
