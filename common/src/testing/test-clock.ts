/** A clock that runs like the real one, some way off, as far as a test moves it. */
export interface TestClock {
  readonly now: () => Date;
  advance(ms: number): void;
}

export const createTestClock = (): TestClock => {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    advance: (ms) => {
      offset += ms;
    },
  };
};
