/** Returns a value that must be present. @throws Error that names the missing value. */
export const required = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
};
