/**
 * The parameters of fast-check and the time-out of a test with so many random runs. MODEL_RUNS multiplies them; MODEL_SEED repeats the
 * runs of a seed that fast-check has printed.
 */
export const modelRuns = (runs: number) => {
  const numRuns = Math.ceil(runs * Number(process.env.MODEL_RUNS ?? 1));
  const seed = process.env.MODEL_SEED;
  /** Most of it for shrinking a counterexample. */
  const timeoutMs = 60_000 + numRuns * 3_000;
  return {
    timeoutMs,
    parameters: {
      numRuns,
      // The shortest counterexample so far is reported, which a test that exceeds its time would hide.
      interruptAfterTimeLimit: timeoutMs - 15_000,
      markInterruptAsFailure: true,
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    },
  };
};
