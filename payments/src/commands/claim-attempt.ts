import { chargeCreated, type Trace } from '@ticketing/common/events';
import { expression } from '@ticketing/common/messaging';
import { tokenHash } from '../domain/token.ts';
import { currency, type Payment } from '../domain/payment.ts';
import type { Deps } from './deps.ts';

export interface AttemptRequest {
  readonly orderId: string;
  readonly userId: string;
  /** A token or a payment method of Stripe's. */
  readonly token: string;
  readonly trace: Trace;
}

/** What must hold of the order at the moment of the claim. An order that was cancelled is claimed by nobody any more. */
const payable = (request: AttemptRequest, now: Date) => ({
  _id: request.orderId,
  'order.userId': request.userId,
  'order.status': 'awaiting:payment' as const,
  'order.expiresAt': { $gt: now.toISOString() },
  attempt: { $exists: false },
});

/**
 * Makes the charge and claims its first attempt in one write, which the database gives to one request only. Null when
 * the order is not payable, or not for the first time.
 */
export const claimFirstAttempt = async (deps: Deps, request: AttemptRequest): Promise<Payment | null> => {
  const now = deps.now();
  return deps.chargeStore.change({
    filter: { ...payable(request, now), status: { $exists: false } },
    set: {
      orderId: request.orderId,
      status: 'created',
      attempts: 0,
      amount: expression('$order.price'),
      currency,
      tries: 1,
      attempt: { number: 1, token: tokenHash(request.token), at: now, ...request.trace },
      createdAt: now,
    },
    event: chargeCreated,
    trace: request.trace,
  });
};

/** Claims a further attempt, after declines or attempts that came to nothing. Null when it is not to be had. */
export const claimNextAttempt = async (
  deps: Pick<Deps, 'payments' | 'now' | 'maxAttempts'>,
  request: AttemptRequest,
): Promise<Payment | null> => {
  const now = deps.now();
  const number = { $add: ['$tries', 1] };
  const rest = { token: tokenHash(request.token), at: now, ...request.trace };
  return deps.payments.findOneAndUpdate(
    { ...payable(request, now), status: 'created', attempts: { $lt: deps.maxAttempts } },
    [{ $set: { tries: number, attempt: { $mergeObjects: [{ number }, { $literal: rest }] } } }],
    { returnDocument: 'after' },
  );
};
