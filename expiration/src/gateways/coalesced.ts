/**
 * Returns a function that runs `action`, never twice at once: concurrent calls share one or two runs. The promise of a call
 * settles with a run that started after the call.
 */
export const coalesced = (action: () => Promise<unknown>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    try {
      while (again) {
        again = false;
        await action();
      }
    } finally {
      running = undefined;
    }
  };
  return () => {
    again = true;
    running ??= Promise.resolve().then(run);
    return running;
  };
};
