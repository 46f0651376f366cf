/** The value, which the caller knows to be there. @throws Error that names what is missing. */
export const required = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
};
