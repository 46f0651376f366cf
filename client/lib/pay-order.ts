import { failureErrors } from './api/failure-words.ts';
import { payOrder as sendPayment } from './api/marketplace.ts';
import type { FormDeps } from './forms/form-state.ts';

/** What is known after a payment was sent. Only the order itself says whether the ticket is the buyer's. */
export type PayOutcome =
  | { readonly kind: 'accepted' }
  /** Nothing was charged; `message` says why, and another card may be tried. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Another payment of this order has not come back yet. */
  | { readonly kind: 'in-flight' }
  /** Whether the card was charged is not known yet; a repeat cannot charge twice. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-out' };

/** How long an order that payments has not heard of yet is waited for. */
const patienceMs = 2_000;
const stepMs = 250;

export const payOrder = async (
  deps: FormDeps,
  payment: { readonly orderId: string; readonly token: string },
): Promise<PayOutcome> => {
  for (let waited = 0; ; waited += stepMs) {
    const result = await sendPayment(deps.api, payment);
    if (result.ok) return { kind: 'accepted' };
    const { failure } = result;
    if (failure.status === 404 && waited < patienceMs) {
      await deps.wait(stepMs);
      continue;
    }
    if (failure.status === 401) return { kind: 'signed-out' };
    if (failure.status === 409) return { kind: 'in-flight' };
    if (failure.status === 0 || failure.status >= 500) return { kind: 'unknown' };
    if (failure.status === 404) {
      return {
        kind: 'refused',
        message: 'This order is still being prepared for payment. Please try again in a moment.',
      };
    }
    return {
      kind: 'refused',
      message: failureErrors(failure)
        .map(({ message }) => message)
        .join(' '),
    };
  }
};
