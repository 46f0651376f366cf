/** The first dotted version in a text such as the output of `--version`. */
export const findVersion = (text: string): string | undefined => /(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];

const parts = (version: string): number[] => version.split('.').map(Number);

/** Whether `version` is `minimum` or newer; missing parts count as 0. */
export const isAtLeast = (version: string, minimum: string): boolean => {
  const [have, need] = [parts(version), parts(minimum)];
  for (let index = 0; index < need.length; index += 1) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
};
