/** A variable that names one of the servers of a test run. */
export const needed = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: run the tests by npm test, which starts the servers`);
  return value;
};
