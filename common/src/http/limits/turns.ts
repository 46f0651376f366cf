/** Lets requests of one key run a few at a time, in the order in which they came. */
export interface Turns {
  /** Resolves when it is this caller's turn, with what ends the turn. */
  take(key: string): Promise<() => void>;
}

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/** At most `max` turns of one key at a time. A turn ends by itself after `maxMs`, so that a slow one keeps no other waiting. */
export const createTurns = (options: { readonly max: number; readonly maxMs: number }): Turns => {
  const { max, maxMs } = options;
  const lines = new Map<string, Line>();

  const passOn = (key: string, line: Line): void => {
    const next = line.waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    line.running -= 1;
    if (line.running === 0) lines.delete(key);
  };

  return {
    take: async (key) => {
      const line = lines.get(key) ?? { running: 0, waiting: [] };
      lines.set(key, line);
      if (line.running < max) line.running += 1;
      else await new Promise<void>((resolve) => line.waiting.push(resolve));
      let isOver = false;
      const end = () => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        passOn(key, line);
      };
      const timer = setTimeout(end, maxMs);
      return end;
    },
  };
};
