/** A clock that runs at the real speed, offset by as much as a test has advanced it. */
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
