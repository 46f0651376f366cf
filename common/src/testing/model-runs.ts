/**
 * How often a property about a model is tried: `usual` times, MODEL_RUNS times as often if that is set. MODEL_SEED
 * repeats the runs of a seed that fast-check has printed.
 */
export const modelRuns = (
  usual: number,
): { readonly parameters: { readonly numRuns: number; readonly seed?: number }; readonly timeoutMs: number } => {
  const numRuns = Math.ceil(usual * Number(process.env.MODEL_RUNS ?? 1));
  const seed = process.env.MODEL_SEED;
  return {
    parameters: { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    // Most of it for finding the shortest counterexample.
    timeoutMs: 60_000 + numRuns * 1_000,
  };
};
