/**
 * The `code` of an error of Node's or a library's, such as ECONNREFUSED. Asked of the shape and not of the class, since
 * an error may come from another realm.
 */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
