import type { Stripe } from 'stripe';
import { z } from 'zod';
import type { IntentState } from '../../domain/settlement.ts';
import { declineMessage, isAuthenticationFailure } from './errors.ts';

export const idOf = (value: string | { readonly id: string } | null | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.id;

const statuses: Readonly<Record<string, IntentState['status']>> = {
  succeeded: 'succeeded',
  canceled: 'canceled',
  processing: 'processing',
  requires_payment_method: 'open',
  requires_confirmation: 'open',
  requires_action: 'action',
};

/** The page of the bank on which the buyer is to confirm the payment. */
export const actionUrlOf = ({ status, next_action: action }: Stripe.PaymentIntent): string | undefined =>
  status === 'requires_action' ? (action?.redirect_to_url?.url ?? undefined) : undefined;

export const toIntentState = (intent: Stripe.PaymentIntent): IntentState => {
  const status = statuses[intent.status] ?? 'processing';
  const { last_payment_error: error } = intent;
  const actionUrl = actionUrlOf(intent);
  if (actionUrl !== undefined) return { status, actionUrl };
  if (error === null) return { status };
  // A confirmation that failed at the bank has no charge; the latest one is that of an earlier card.
  const chargeId = error.charge ?? (isAuthenticationFailure(error) ? undefined : idOf(intent.latest_charge));
  return { status, decline: { message: declineMessage(error), declineCode: error.decline_code, chargeId } };
};

/**
 * Parameters that name the buyer's token or payment method. Stripe accepts a token here although its types leave that
 * out, to keep card numbers off servers (https://github.com/stripe/stripe-node/issues/1310).
 */
export const toPaymentMethod = (token: string) => {
  if (!token.startsWith('tok_')) return { payment_method: token };
  const data = { type: 'card' as const, card: { token } };
  return { payment_method_data: data };
};

const ofOrder = z.object({ metadata: z.object({ orderId: z.string() }) });

/** The order of a webhook event's object, from the metadata of its PaymentIntent. */
export const orderIdOf = (object: unknown): string | undefined => ofOrder.safeParse(object).data?.metadata.orderId;
