import { chargeStatuses, type ChargeStatus } from '@ticketing/common/events';

/**
 * The only moves a charge makes. `failed → completed` is no way back for the buyer: it is what is written when money
 * lands at Stripe although payment had been given up, so that it is seen and returned.
 */
const moves = {
  created: ['completed', 'failed'],
  completed: ['refunded'],
  failed: ['completed'],
  refunded: [],
} as const satisfies Record<ChargeStatus, readonly ChargeStatus[]>;

export const canMove = (from: ChargeStatus, to: ChargeStatus): boolean => moves[from].some((next) => next === to);

/** The statuses from which a charge may move to `to`: the condition of the write that moves it. */
export const statusesBefore = (to: ChargeStatus): ChargeStatus[] => chargeStatuses.filter((from) => canMove(from, to));
