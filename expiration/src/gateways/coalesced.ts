/**
 * Runs `action` one at a time, after each call that came since its last beginning: many calls at once become one or two
 * runs. The promise of a call ends with a run that began after it.
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
