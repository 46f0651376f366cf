import type { Charge, PaymentMethod } from '../domain/records.ts';
import { cardOfName, declineOf, type Decline, type TestCard } from '../domain/test-cards.ts';
import { billingObject, cardFacts } from './card.ts';

const noAdvice = { advice_code: null, network_advice_code: null, network_decline_code: null };

const outcome = (decline: Decline | undefined) => {
  if (decline === undefined) {
    return {
      ...noAdvice,
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      risk_score: 20,
      seller_message: 'Payment complete.',
      type: 'authorized',
    };
  }
  if (decline.blocked) {
    return {
      ...noAdvice,
      network_status: 'not_sent_to_network',
      reason: 'highest_risk_level',
      risk_level: 'highest',
      risk_score: 92,
      seller_message: 'Stripe blocked this payment as too risky.',
      type: 'blocked',
    };
  }
  return {
    ...noAdvice,
    advice_code: decline.advice ?? null,
    network_status: 'declined_by_network',
    reason: decline.declineCode,
    risk_level: 'normal',
    risk_score: 20,
    seller_message: `The bank returned the decline code \`${decline.declineCode}\`.`,
    type: 'issuer_declined',
  };
};

const threeDSecure = (charge: Charge, card: TestCard) => {
  const isAuthenticated = card.requiresAuthentication && (charge.status === 'succeeded' || card.decline !== undefined);
  if (!isAuthenticated) return null;
  return {
    authentication_flow: 'challenge',
    electronic_commerce_indicator: '05',
    exemption_indicator: null,
    result: 'authenticated',
    result_reason: null,
    transaction_id: null,
    version: '2.2.0',
  };
};

/** Stripe's charge object; `paymentIntent` is the id, or the object where it is expanded. */
export const chargeObject = (charge: Charge, method: PaymentMethod, paymentIntent: unknown = charge.paymentIntent) => {
  const facts = cardFacts(method);
  const failed = charge.status === 'failed';
  const testCard = cardOfName(method.card);
  const decline = failed ? declineOf(testCard) : undefined;
  const { wallet, ...card } = facts;
  return {
    id: charge.id,
    object: 'charge',
    amount: charge.amount,
    amount_captured: failed ? 0 : charge.amount,
    amount_refunded: charge.amountRefunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: charge.balanceTransaction,
    billing_details: billingObject(method),
    calculated_statement_descriptor: 'SANDBOX',
    captured: !failed,
    created: charge.created,
    currency: charge.currency,
    customer: null,
    description: charge.description,
    disputed: charge.dispute !== null,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: charge.metadata,
    on_behalf_of: null,
    outcome: outcome(decline),
    paid: !failed,
    payment_intent: paymentIntent,
    payment_method: charge.paymentMethod,
    payment_method_details: {
      card: {
        ...card,
        amount_authorized: failed ? null : charge.amount,
        authorization_code: failed ? null : '123456',
        extended_authorization: { status: 'disabled' },
        incremental_authorization: { status: 'unavailable' },
        installments: null,
        mandate: null,
        multicapture: { status: 'unavailable' },
        network: card.brand,
        network_token: { used: false },
        network_transaction_id: null,
        overcapture: { maximum_amount_capturable: charge.amount, status: 'unavailable' },
        three_d_secure: threeDSecure(charge, testCard),
        transaction_link_id: null,
        wallet,
      },
      type: 'card',
    },
    receipt_email: charge.receiptEmail,
    receipt_number: null,
    receipt_url: null,
    refunded: charge.amountRefunded === charge.amount,
    review: null,
    shipping: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: charge.statementDescriptorSuffix,
    status: charge.status,
    transfer_data: null,
    transfer_group: charge.transferGroup,
  };
};
