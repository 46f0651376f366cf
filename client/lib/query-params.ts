/** Query parameters as Next passes them to a page. */
export type QueryParams = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The first value of a parameter, trimmed; undefined if absent or empty. */
export const param = (params: QueryParams, name: string): string | undefined => {
  const value = params[name];
  const first = typeof value === 'string' ? value : value?.[0];
  const trimmed = first?.trim() ?? '';
  return trimmed === '' ? undefined : trimmed;
};
