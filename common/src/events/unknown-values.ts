import type { z } from 'zod';

/** A well-formed event has a value that this version does not know, such as a new member of an enum; a newer one may know it. */
export class UnknownValueError extends Error {
  constructor(cause: z.ZodError) {
    super(cause.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '), { cause });
    this.name = 'UnknownValueError';
  }
}

const valueAt = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    data,
  );

/** A value of the right type that is none of those allowed; or, of a union, a variant that is only that. */
const isUnknownValue = (issue: z.core.$ZodIssue, data: unknown): boolean => {
  const value = valueAt(data, issue.path);
  if (issue.code === 'invalid_value')
    return typeof value !== 'object' && issue.values.some((known) => typeof known === typeof value);
  if (issue.code !== 'invalid_union') return false;
  return issue.errors.length === 0
    ? typeof value === 'string'
    : issue.errors.some((issues) => issues.every((each) => isUnknownValue(each, value)));
};

/** Whether the schema refuses the data for nothing but values that a newer version of it may have. */
export const hasOnlyUnknownValues = ({ issues }: z.ZodError, data: unknown): boolean =>
  issues.every((issue) => isUnknownValue(issue, data));
