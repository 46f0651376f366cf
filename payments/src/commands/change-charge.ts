import { chargeUpdated } from '@ticketing/common/events';
import { expression, type Expression, type NewValues } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import type { Charge, Entry } from '../domain/payment.ts';
import { parseCharge, type PaymentDocument } from '../models/payment.ts';
import type { ChargeContext } from './charge-context.ts';

type Removable = 'openAttempt' | 'closingDue' | 'refundDue' | 'transfer' | 'reversal' | 'completedAt' | 'availableAt';

/** Changes the charge where the condition holds. Returns it as the write left it, or null. */
export const changeCharge = async (
  deps: Pick<Deps, 'chargeStore'>,
  { charge, trace }: Pick<ChargeContext, 'charge' | 'trace'>,
  where: object,
  set: NewValues<PaymentDocument>,
  unset: readonly Removable[] = [],
): Promise<Charge | null> => {
  const filter = { _id: charge._id, ...where };
  const after = await deps.chargeStore.change({ filter, set, unset, event: chargeUpdated, trace });
  return after === null ? null : parseCharge(after);
};

/** The entries that wait for the ledger, and these; without these where `isThere` holds. */
export const appended = (added: readonly Entry[], isThere: object | boolean = false): Expression =>
  expression({
    $concatArrays: [{ $ifNull: ['$entries', []] }, { $cond: [isThere, [], { $literal: added }] }],
  });
