import { BadRequestError } from '@ticketing/common/errors';
import { chargeCreated, type Trace } from '@ticketing/common/events';
import { expression } from '@ticketing/common/messaging';
import { byId } from '@ticketing/common/mongo';
import { setTimeout as delay } from 'node:timers/promises';
import type { Deps } from '../../deps.ts';
import { decidePayment } from '../../domain/payment-decision.ts';
import type { Attempting } from '../../domain/payment.ts';
import { tokenHash } from '../../domain/token.ts';
import { parsePayment } from '../../models/payment.ts';
import type { AttemptContext, ChargeContext } from '../charge-context.ts';
import { recordDeclineSeen } from '../record-charge.ts';
import { settleCharge } from '../reconcile/settle-charge.ts';
import { declined, orderNotReady, outcomeUnknown, refused } from './respond.ts';

/** Doubled with each read of the database: most requests hear the event that they wait for. */
const firstRetryDelayMs = 50;
/** Claims and settlements in which other requests may be first, until the document must be one that allows neither. */
const maxMoves = 10;

export interface PayRequest {
  readonly orderId: string;
  readonly userId: string;
  /** A token or a payment method of Stripe's. */
  readonly token: string;
  readonly trace: Trace;
  /** Aborted when the buyer's connection is lost: then nothing is waited for but Stripe. */
  readonly signal?: AbortSignal;
}

export type Claim =
  | { readonly kind: 'claimed'; readonly attempt: AttemptContext }
  /** The order is paid already. */
  | { readonly kind: 'paid' }
  /** The attempt with this card waits for the buyer's confirmation at the bank. */
  | { readonly kind: 'action'; readonly url: string };

/**
 * Claims the order's next attempt, which one request at a time can hold. Waits a moment for the events of a new order,
 * and settles an earlier attempt of unknown outcome first. An attempt that waits for the bank ends for another card.
 * @throws the HTTP error for an order that cannot be paid.
 */
export const claimAttempt = async (deps: Deps, request: PayRequest): Promise<Claim> => {
  const token = tokenHash(request.token);
  const deadline = performance.now() + deps.timeoutMs.buyer;
  const waitUntil = performance.now() + deps.waitForOrderMs;
  let charge = await claimFirstAttempt(deps, request);
  let moves = 0;
  let retryDelayMs = firstRetryDelayMs;
  while (charge === null) {
    if (moves === maxMoves)
      throw new Error(`The payment of order ${request.orderId} can be neither claimed nor settled`);
    const payment = await deps.loadPayment(request.orderId);
    const decision = decidePayment(payment, { ...request, token, now: deps.now(), maxDeclines: deps.maxDeclines });
    switch (decision.kind) {
      case 'unknown':
      case 'unconfirmed': {
        const left = waitUntil - performance.now();
        if (left <= 0 || request.signal?.aborted === true) throw orderNotReady(decision.kind);
        await nextState(deps, request, Math.min(left, retryDelayMs));
        retryDelayMs *= 2;
        charge = await claimFirstAttempt(deps, request);
        break;
      }
      case 'first-attempt':
      case 'next-attempt':
        moves += 1;
        charge = await (decision.kind === 'first-attempt' ? claimFirstAttempt : claimNextAttempt)(deps, request);
        break;
      case 'settle-first': {
        moves += 1;
        const { charge: earlier } = decision;
        const context = { charge: earlier, trace: request.trace, tokenHash: token, deadline };
        const action = await settleEarlierAttempt(deps, context);
        if (action === undefined) break;
        if (earlier.openAttempt.token === token) return action;
        charge = await supersede(deps, request, earlier);
        break;
      }
      case 'declined':
        moves += 1;
        if (await recordDeclineSeen(deps, request.orderId, token)) throw new BadRequestError(decision.message);
        break;
      case 'paid':
        return decision;
      case 'not-owner':
      case 'cancelled':
      case 'given-up':
      case 'in-flight':
        throw refused(decision);
    }
  }
  const attempt = { charge, token: request.token, tokenHash: token, trace: request.trace, deadline };
  return { kind: 'claimed', attempt };
};

/** Waits for an event that may make the order payable, or end it; 50 ms at most while too many requests wait. */
const nextState = async ({ payableOrders }: Deps, { orderId, signal }: PayRequest, ms: number): Promise<void> => {
  const wait = payableOrders.begin(orderId, ({ status }) => status !== 'created');
  await (wait?.result(ms, signal) ?? delay(Math.min(ms, firstRetryDelayMs)));
  wait?.end();
};

/** A retry with the same card gets the outcome of the attempt that it repeats. Returns the action that is still open. */
const settleEarlierAttempt = async (
  deps: Deps,
  context: ChargeContext & { readonly charge: Attempting },
): Promise<Extract<Claim, { kind: 'action' }> | undefined> => {
  const settled = await settleCharge(deps, context);
  if (settled.kind === 'unknown') throw outcomeUnknown();
  if (settled.kind === 'declined' && context.charge.openAttempt.token === context.tokenHash) {
    throw declined(settled.decline);
  }
  return settled.kind === 'action' ? { kind: 'action', url: settled.url } : undefined;
};

/**
 * Ends an attempt that waits for the buyer's confirmation, uncounted, for one with another card: confirmed with that card,
 * the PaymentIntent no longer accepts the confirmation. If it has come before, Stripe refuses the other card. If Stripe does not
 * know the card, the attempt is open again, since its page is.
 */
const supersede = async (
  deps: Deps,
  request: PayRequest,
  { order, openAttempt }: Attempting,
): Promise<Attempting | null> => {
  if (order.closing !== undefined) throw refused({ kind: 'cancelled', reason: order.closing });
  if (Date.parse(order.expiresAt) <= deps.now().getTime()) throw refused({ kind: 'cancelled', reason: 'expired' });
  return claimNextAttempt(deps, request, openAttempt.number);
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
  superseded?: number,
): Promise<Attempting | null> => {
  const now = deps.now();
  const waits = {
    openAttempt: { $exists: true },
    'openAttempt.number': superseded,
    'openAttempt.action': { $exists: true },
  };
  const number = { $add: ['$lastAttemptNumber', 1] };
  const rest = { token: tokenHash(request.token), at: now, ...request.trace };
  const before = superseded === undefined ? {} : { superseded: '$openAttempt' };
  const after = await deps.payments.findOneAndUpdate(
    {
      ...payable(request, now),
      ...(superseded === undefined ? {} : waits),
      status: 'created',
      declines: { $lt: deps.maxDeclines },
    },
    [
      { $set: { lastAttemptNumber: number, openAttempt: { $mergeObjects: [{ number }, { $literal: rest }, before] } } },
      { $unset: 'unseenDecline' },
    ],
    { returnDocument: 'after', hint: byId },
  );
  return claimed(after);
};

const claimed = (document: { readonly _id: string } | null): Attempting | null => {
  if (document === null) return null;
  const payment = parsePayment(document);
  if (payment.openAttempt === undefined) throw new Error(`The claim of order ${payment._id} left no open attempt`);
  return payment;
};
