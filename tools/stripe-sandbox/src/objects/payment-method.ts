import type { PaymentMethod } from '../domain/records.ts';
import { billingObject, cardFacts } from './card.ts';

/** Stripe's payment method object. */
export const paymentMethodObject = (method: PaymentMethod) => {
  const facts = cardFacts(method);
  return {
    id: method.id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: billingObject(method),
    card: {
      ...facts,
      display_brand: facts.brand,
      generated_from: null,
      networks: { available: [facts.brand], preferred: null },
      three_d_secure_usage: { supported: true },
    },
    created: method.created,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: method.metadata,
    type: 'card',
  };
};
