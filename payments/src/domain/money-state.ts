import { feeOf } from '@ticketing/common/money';

/** What a charge's money comes to, in minor units. The functions below change it by one movement. */
export interface MoneyState {
  /** Of the sale. */
  left: number;
  fee: number;
  /** To the buyer. */
  owed: number;
  /** What went out beyond what was owed and left: the marketplace's own. */
  losses: number;
  readonly feePercent: number;
}

/** By how much a movement has lowered each part, and raised the losses; negative where money came back. */
export interface Taken {
  readonly owed: number;
  readonly left: number;
  readonly losses: number;
  readonly feeBack: number;
}

const apply = (state: MoneyState, change: Omit<Taken, 'feeBack'>): Taken => {
  const left = state.left - change.left;
  const fee = feeOf(left, state.feePercent);
  const feeBack = state.fee - fee;
  Object.assign(state, { left, fee, owed: state.owed - change.owed, losses: state.losses + change.losses });
  return { ...change, feeBack };
};

/** Takes money from what is owed to the buyer first, then from the sale; what exceeds both is a loss. */
export const take = (state: MoneyState, amount: number): Taken => {
  const owed = Math.min(state.owed, amount);
  const left = Math.min(state.left, amount - owed);
  return apply(state, { owed, left, losses: amount - owed - left });
};

/** Gives money back in the reverse order: `toSale` at most is the sale's, and what exceeds that is owed to the buyer. */
export const giveBack = (state: MoneyState, amount: number, toSale: number): Taken => {
  const losses = Math.min(state.losses, amount);
  const left = Math.min(toSale, amount - losses);
  return apply(state, { owed: 0 - (amount - losses - left), left: 0 - left, losses: 0 - losses });
};
