export class TimedOutError extends Error {
  override readonly name = 'TimedOutError';
}

/** The result of `work`. What goes on after the time is over is not awaited. @throws TimedOutError when that takes longer than `ms`. */
export const withTimeout = async <Result>(work: Promise<Result>, ms: number): Promise<Result> => {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new TimedOutError(`not done within ${ms / 1000} s`)), ms).unref();
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
};
