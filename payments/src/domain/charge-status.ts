import { chargeStatuses, type ChargeStatus } from '@ticketing/common/events';

/**
 * The only moves of a charge. A charge is completed only while its order can still become complete: money that is found
 * at Stripe after payment has failed or was closed is refunded without that.
 */
const moves = {
  created: ['completed', 'failed', 'refunded'],
  completed: ['refunded'],
  failed: ['refunded'],
  refunded: [],
} as const satisfies Record<ChargeStatus, readonly ChargeStatus[]>;

/** The statuses from which a charge may move to `to`: the condition of the write that makes the move. */
export const statusesBefore = (to: ChargeStatus): ChargeStatus[] =>
  chargeStatuses.filter((from) => moves[from].some((next) => next === to));
