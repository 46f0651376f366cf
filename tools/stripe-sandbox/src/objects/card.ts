import type { BillingDetails, PaymentMethod } from '../domain/records.ts';
import { cardOfName, fingerprint, last4 } from '../domain/test-cards.ts';

const noBilling: BillingDetails = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
};

export const billingObject = (method: PaymentMethod) => ({ ...(method.billing ?? noBilling), tax_id: null });

/** The fields of a card in both payment methods and charges. */
export const cardFacts = (method: PaymentMethod) => {
  const card = cardOfName(method.card);
  const wrongCvc = card.decline?.code === 'incorrect_cvc';
  return {
    brand: card.brand,
    checks: {
      address_line1_check: null,
      address_postal_code_check: method.billing?.address.postal_code ? 'pass' : null,
      cvc_check: method.hasCvc ? (wrongCvc ? 'fail' : 'pass') : null,
    },
    country: 'US',
    exp_month: method.expMonth,
    exp_year: method.expYear,
    fingerprint: fingerprint(card),
    funding: card.funding,
    last4: last4(card),
    regulated_status: 'unregulated',
    wallet: null,
  };
};
