import pLimit from 'p-limit';

/** Calls `work` `count` times, at most `concurrency` at a time, and returns the seconds that this took. */
export const inParallel = async (
  count: number,
  concurrency: number,
  work: (index: number) => Promise<void>,
): Promise<number> => {
  const start = performance.now();
  await pLimit(concurrency).map(
    Array.from({ length: count }, (_, index) => index),
    work,
  );
  return (performance.now() - start) / 1000;
};
