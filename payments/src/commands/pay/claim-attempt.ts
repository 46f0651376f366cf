import { chargeCreated, type Trace } from '@ticketing/common/events';
import { expression } from '@ticketing/common/messaging';
import type { Deps } from '../../deps.ts';
import { decidePayment } from '../../domain/payment-decision.ts';
import type { Attempting } from '../../domain/payment.ts';
import { tokenHash } from '../../domain/token.ts';
import { parsePayment } from '../../models/payment.ts';
import type { AttemptContext, ChargeContext } from '../charge-context.ts';
import { settleCharge } from '../reconcile/settle-charge.ts';
import { declined, orderNotReady, outcomeUnknown, refused } from './respond.ts';

const retryDelayMs = 50;
/** Claims and settlements in which other requests may be first, until the document must be one that allows neither. */
const maxMoves = 10;

export interface PayRequest {
  readonly orderId: string;
  readonly userId: string;
  /** A token or a payment method of Stripe's. */
  readonly token: string;
  readonly trace: Trace;
}

/**
 * Claims the order's next attempt, which one request at a time can hold. Waits a moment for the events of a new order,
 * and settles an earlier attempt of unknown outcome first. Returns null when the order is paid already.
 * @throws the HTTP error for an order that cannot be paid.
 */
export const claimAttempt = async (deps: Deps, request: PayRequest): Promise<AttemptContext | null> => {
  const deadline = performance.now() + deps.timeoutMs.buyer;
  const waitUntil = performance.now() + deps.waitForOrderMs;
  let charge = await claimFirstAttempt(deps, request);
  let moves = 0;
  while (charge === null) {
    if (moves === maxMoves)
      throw new Error(`The payment of order ${request.orderId} can be neither claimed nor settled`);
    const payment = await deps.loadPayment(request.orderId);
    const decision = decidePayment(payment, { ...request, now: deps.now(), maxDeclines: deps.maxDeclines });
    switch (decision.kind) {
      case 'unknown':
      case 'unconfirmed': {
        const left = waitUntil - performance.now();
        if (left <= 0) throw orderNotReady(decision.kind);
        await deps.orderSignals.wait(request.orderId, Math.min(left, retryDelayMs));
        charge = await claimFirstAttempt(deps, request);
        break;
      }
      case 'first-attempt':
      case 'next-attempt':
        moves += 1;
        charge = await (decision.kind === 'first-attempt' ? claimFirstAttempt : claimNextAttempt)(deps, request);
        break;
      case 'settle-first':
        moves += 1;
        await settleEarlierAttempt(deps, request, { charge: decision.charge, trace: request.trace, deadline });
        break;
      case 'paid':
        return null;
      case 'not-owner':
      case 'cancelled':
      case 'given-up':
      case 'in-flight':
        throw refused(decision);
    }
  }
  return { charge, token: request.token, trace: request.trace, deadline };
};

/** A retry with the same card gets the outcome of the attempt that it repeats. */
const settleEarlierAttempt = async (
  deps: Deps,
  request: PayRequest,
  context: ChargeContext & { readonly charge: Attempting },
): Promise<void> => {
  const settled = await settleCharge(deps, context);
  if (settled.kind === 'unknown') throw outcomeUnknown();
  if (settled.kind === 'declined' && context.charge.openAttempt.token === tokenHash(request.token)) {
    throw declined(settled.decline);
  }
};

/** What must hold at the moment of the claim, so that no attempt can begin for a closing or cancelled order. */
const payable = (request: PayRequest, now: Date) => ({
  _id: request.orderId,
  'order.userId': request.userId,
  'order.status': 'awaiting:payment' as const,
  'order.closing': { $exists: false },
  'order.expiresAt': { $gt: now.toISOString() },
  openAttempt: { $exists: false },
});

/** Creates the charge and claims its first attempt in one conditional write; null when another request was first. */
const claimFirstAttempt = async (deps: Deps, request: PayRequest): Promise<Attempting | null> => {
  const now = deps.now();
  const after = await deps.chargeStore.change({
    filter: { ...payable(request, now), status: { $exists: false } },
    set: {
      status: 'created',
      declines: 0,
      amount: expression('$order.price'),
      currency: expression({ $ifNull: ['$order.currency', deps.currency.code] }),
      lastAttemptNumber: 1,
      openAttempt: { number: 1, token: tokenHash(request.token), at: now, ...request.trace },
      createdAt: now,
    },
    event: chargeCreated,
    trace: request.trace,
  });
  return claimed(after);
};

/** Claims a further attempt, after declines or attempts that did not count; null when the order is not payable. */
export const claimNextAttempt = async (
  deps: Pick<Deps, 'payments' | 'now' | 'maxDeclines'>,
  request: PayRequest,
): Promise<Attempting | null> => {
  const now = deps.now();
  const number = { $add: ['$lastAttemptNumber', 1] };
  const rest = { token: tokenHash(request.token), at: now, ...request.trace };
  const after = await deps.payments.findOneAndUpdate(
    { ...payable(request, now), status: 'created', declines: { $lt: deps.maxDeclines } },
    [{ $set: { lastAttemptNumber: number, openAttempt: { $mergeObjects: [{ number }, { $literal: rest }] } } }],
    { returnDocument: 'after' },
  );
  return claimed(after);
};

const claimed = (document: { readonly _id: string } | null): Attempting | null => {
  if (document === null) return null;
  const payment = parsePayment(document);
  if (payment.openAttempt === undefined) throw new Error(`The claim of order ${payment._id} left no open attempt`);
  return payment;
};
