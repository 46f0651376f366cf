/**
 * The `code` of an error, such as ECONNREFUSED. It is read from any object, not only from an Error: in Jest, errors may
 * come from another realm.
 */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
