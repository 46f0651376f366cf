/** Shifts the clock of this process by as many milliseconds as `offset` returns at each reading, as a wrong system clock would. */
export const shiftClock = (offset: () => number): void => {
  const RealDate = Date;
  class ShiftedDate extends RealDate {
    constructor(...given: unknown[]) {
      super(given.length === 0 ? ShiftedDate.now() : Reflect.construct(RealDate, given).getTime());
    }

    static override now(): number {
      return RealDate.now() + offset();
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return Function.prototype[Symbol.hasInstance].call(RealDate, value);
    }
  }
  Object.defineProperty(globalThis, 'Date', { value: ShiftedDate, configurable: true, writable: true });
};
