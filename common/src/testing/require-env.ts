/** @throws when the variable, which names one of the test servers, is not set. */
export const requireEnv = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: run the tests with npm test, which starts the servers`);
  return value;
};
