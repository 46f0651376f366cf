import type { Stripe } from 'stripe';
import type { IntentState } from '../../domain/settlement.ts';
import { declineMessage } from './errors.ts';

/** The SDK's connection settings for an API that is not at Stripe's own address. */
export const connectionTo = (host: string | undefined) => {
  if (host === undefined) return {};
  const { protocol, hostname, port } = new URL(host);
  const isHttps = protocol === 'https:';
  return {
    host: hostname,
    port: port === '' ? (isHttps ? 443 : 80) : Number(port),
    protocol: isHttps ? ('https' as const) : ('http' as const),
  };
};

const idOf = (value: string | { readonly id: string } | null | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.id;

const statuses: Readonly<Record<string, IntentState['status']>> = {
  succeeded: 'succeeded',
  canceled: 'canceled',
  processing: 'processing',
  requires_payment_method: 'open',
  requires_confirmation: 'open',
};

export const toIntentState = (intent: Stripe.PaymentIntent): IntentState => {
  const error = intent.last_payment_error;
  return {
    id: intent.id,
    status: statuses[intent.status] ?? 'processing',
    ...(error === null
      ? {}
      : {
          decline: {
            message: declineMessage(error.message, error.code, error.decline_code),
            declineCode: error.decline_code,
            chargeId: error.charge ?? idOf(intent.latest_charge),
          },
        }),
  };
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

/** The order that a webhook event's object belongs to, from the metadata of its PaymentIntent. */
export const orderIdOf = (object: unknown): string | undefined => {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return undefined;
  const { metadata } = object;
  if (typeof metadata !== 'object' || metadata === null || !('orderId' in metadata)) return undefined;
  return typeof metadata.orderId === 'string' ? metadata.orderId : undefined;
};
