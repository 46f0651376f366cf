/**
 * The marketplace's fee of an amount in minor units, rounded half up. `percent` has two decimals at most, so that nothing is
 * lost in floating point.
 */
export const feeOf = (amount: number, percent: number): number =>
  Math.floor((amount * Math.round(percent * 100) + 5_000) / 10_000);
