import { failureErrors } from './api/failure-labels.ts';
import { payOrder as sendPayment } from './api/marketplace.ts';
import type { FormDeps } from './forms/form-state.ts';

/** Outcome of a payment request. Whether the buyer has the ticket is decided by the order's status only. */
export type PayOutcome =
  | { readonly kind: 'accepted' }
  /** The buyer has to confirm the payment on the page of their bank. */
  | { readonly kind: 'bank'; readonly url: string }
  /** Nothing was charged, for the reason in `message`; the buyer may try another card. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Another payment request of this order is still open. */
  | { readonly kind: 'in-flight' }
  /** It is not known yet whether the card was charged; a retry cannot charge twice. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-out' };

/** How long a payment is retried while payments has no copy of the order yet. */
const timeoutMs = 2_000;
const retryDelayMs = 250;

export const payOrder = async (
  deps: Pick<FormDeps, 'api' | 'wait'>,
  payment: { readonly orderId: string; readonly token: string },
): Promise<PayOutcome> => {
  for (let waited = 0; ; waited += retryDelayMs) {
    const result = await sendPayment(deps.api, payment);
    if (result.ok) {
      return 'nextAction' in result.data ? { kind: 'bank', url: result.data.nextAction.url } : { kind: 'accepted' };
    }
    const { failure } = result;
    if (failure.status === 404 && waited < timeoutMs) {
      await deps.wait(retryDelayMs);
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
