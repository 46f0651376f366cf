import { chargeStatuses, type ChargeStatus } from '@ticketing/common/events';

/**
 * The only moves of a charge. `failed → completed` does not let the buyer continue: it records a payment that succeeded at
 * Stripe after payment had failed here, so that it is visible and can be refunded.
 */
const moves = {
  created: ['completed', 'failed'],
  completed: ['refunded'],
  failed: ['completed'],
  refunded: [],
} as const satisfies Record<ChargeStatus, readonly ChargeStatus[]>;

/** The statuses from which a charge may move to `to`: the condition of the write that makes the move. */
export const statusesBefore = (to: ChargeStatus): ChargeStatus[] =>
  chargeStatuses.filter((from) => moves[from].some((next) => next === to));
