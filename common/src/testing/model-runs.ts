/**
 * How often fast-check runs a property: `usual` times, multiplied by MODEL_RUNS if that is set. MODEL_SEED repeats the
 * runs of a seed that fast-check has printed.
 */
export const modelRuns = (
  usual: number,
): { readonly parameters: { readonly numRuns: number; readonly seed?: number }; readonly timeoutMs: number } => {
  const numRuns = Math.ceil(usual * Number(process.env.MODEL_RUNS ?? 1));
  const seed = process.env.MODEL_SEED;
  return {
    parameters: { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    // Most of it for shrinking a counterexample.
    timeoutMs: 60_000 + numRuns * 1_000,
  };
};
