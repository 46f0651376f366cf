import type { Trace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import { applyMovements } from '../../domain/apply-movements.ts';
import type { Charge, Payment } from '../../domain/payment.ts';
import type { Deadline } from '../../gateways/stripe/call.ts';
import { recordAdopted, recordMoneyRead, recordMovements } from '../record-charge.ts';

/** Other writes to the charge that may come first. */
const maxTries = 5;

/** The charge, if Stripe has had money of it, which may move. */
export const paidCharge = (payment: Payment | null): (Charge & { readonly stripeId: string }) | undefined => {
  if (payment?.status === undefined || payment.stripeId === undefined) return undefined;
  const isPaid = payment.owed !== undefined || payment.status === 'completed' || payment.status === 'refunded';
  return isPaid ? { ...payment, stripeId: payment.stripeId } : undefined;
};

/**
 * Reads at Stripe what has become of an order's money, and writes what the charge does not have: refunds, disputes, transfers
 * and reversals, whoever began them. Idempotent. Returns false when Stripe does not respond, or the charge keeps changing.
 */
export const syncMoney = async (
  deps: Deps,
  request: {
    readonly orderId: string;
    /** Whether a transfer may have been made that we have not claimed. */
    readonly isAboutTransfer?: boolean;
    readonly trace: Trace;
    readonly deadline: Deadline;
  },
): Promise<boolean> => {
  const { orderId, isAboutTransfer = false, trace, deadline } = request;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const charge = paidCharge(await deps.loadPayment(orderId));
    if (charge === undefined) return true;
    const context = { charge, trace, deadline };
    if (charge.owed === undefined) {
      await recordAdopted(deps, context);
      continue;
    }
    const hasTransfer = isAboutTransfer || charge.transfer !== undefined || charge.transfers !== undefined;
    const ids = { intentId: charge.stripeId, transferGroup: hasTransfer ? orderId : undefined };
    const readAt = deps.now();
    const seen = await deps.gateway.readMoney(ids, deadline);
    if (seen === undefined) return false;
    const movements = applyMovements(charge, seen, deps.now());
    if (movements === undefined) {
      await recordMoneyRead(deps, orderId, readAt);
      return true;
    }
    if (await recordMovements(deps, context, movements, readAt)) return true;
  }
  return false;
};
