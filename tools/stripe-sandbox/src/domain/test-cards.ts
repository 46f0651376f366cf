import { createHash } from 'node:crypto';

/** Why a card refuses a charge, in Stripe's words (https://docs.stripe.com/testing#declined-payments). */
export interface Decline {
  readonly code: 'authentication_required' | 'card_declined' | 'expired_card' | 'incorrect_cvc' | 'processing_error';
  readonly declineCode: string;
  readonly message: string;
  readonly param?: string;
  readonly advice?: 'try_again_later' | 'do_not_try_again' | 'confirm_card_data';
  /** Refused by Stripe's fraud rules, without a request to the bank. */
  readonly blocked?: true;
}

export interface TestCard {
  /** The card's names: `tok_<name>` is a token of it, `pm_card_<name>` a payment method. The first one identifies it. */
  readonly names: readonly [string, ...string[]];
  readonly number: string;
  readonly brand: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly decline?: Decline;
  /** A charge needs 3-D Secure first (https://docs.stripe.com/testing#regulatory-cards). */
  readonly requiresAuthentication?: true;
  /** What happens a moment after a charge or a refund (https://docs.stripe.com/testing#disputes, #refunds). */
  readonly afterwards?: 'charge is disputed' | 'refund fails' | 'refund is pending';
}

const visa = { brand: 'visa', funding: 'credit' } as const;
const mastercard = { brand: 'mastercard', funding: 'credit' } as const;
const declined = { code: 'card_declined', message: 'Your card was declined.' } as const;

/** Why a charge is declined that needs an authentication and got none. */
const unauthenticated: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

export const testCards: readonly TestCard[] = [
  { names: ['visa', 'us'], number: '4242424242424242', ...visa },
  { names: ['visa_debit'], number: '4000056655665556', ...visa, funding: 'debit' },
  { names: ['mastercard'], number: '5555555555554444', ...mastercard },
  { names: ['mastercard_debit'], number: '5200828282828210', ...mastercard, funding: 'debit' },
  { names: ['mastercard_prepaid'], number: '5105105105105100', ...mastercard, funding: 'prepaid' },
  { names: ['amex'], number: '378282246310005', brand: 'amex', funding: 'credit' },
  { names: ['discover'], number: '6011111111111117', brand: 'discover', funding: 'credit' },
  { names: ['diners'], number: '3056930009020004', brand: 'diners', funding: 'credit' },
  { names: ['jcb'], number: '3566002020360505', brand: 'jcb', funding: 'credit' },
  { names: ['unionpay'], number: '6200000000000005', brand: 'unionpay', funding: 'credit' },
  {
    names: ['chargeDeclined', 'visa_chargeDeclined'],
    number: '4000000000000002',
    ...visa,
    decline: { ...declined, declineCode: 'generic_decline', advice: 'try_again_later' },
  },
  {
    names: ['chargeDeclinedInsufficientFunds', 'visa_chargeDeclinedInsufficientFunds'],
    number: '4000000000009995',
    ...visa,
    decline: {
      code: 'card_declined',
      declineCode: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
      advice: 'try_again_later',
    },
  },
  {
    names: ['chargeDeclinedLostCard', 'visa_chargeDeclinedLostCard'],
    number: '4000000000009987',
    ...visa,
    decline: { ...declined, declineCode: 'lost_card', advice: 'do_not_try_again' },
  },
  {
    names: ['chargeDeclinedStolenCard', 'visa_chargeDeclinedStolenCard'],
    number: '4000000000009979',
    ...visa,
    decline: { ...declined, declineCode: 'stolen_card', advice: 'do_not_try_again' },
  },
  {
    names: ['chargeDeclinedExpiredCard', 'visa_chargeDeclinedExpiredCard'],
    number: '4000000000000069',
    ...visa,
    decline: {
      code: 'expired_card',
      declineCode: 'expired_card',
      message: 'Your card has expired.',
      param: 'exp_month',
      advice: 'confirm_card_data',
    },
  },
  {
    names: ['chargeDeclinedIncorrectCvc', 'visa_chargeDeclinedIncorrectCvc'],
    number: '4000000000000127',
    ...visa,
    decline: {
      code: 'incorrect_cvc',
      declineCode: 'incorrect_cvc',
      message: "Your card's security code is incorrect.",
      param: 'cvc',
      advice: 'confirm_card_data',
    },
  },
  {
    names: ['chargeDeclinedProcessingError', 'visa_chargeDeclinedProcessingError'],
    number: '4000000000000119',
    ...visa,
    decline: {
      code: 'processing_error',
      declineCode: 'processing_error',
      message: 'An error occurred while processing your card. Try again in a little bit.',
      advice: 'try_again_later',
    },
  },
  {
    names: ['chargeDeclinedVelocityLimitExceeded', 'visa_chargeDeclinedVelocityLimitExceeded'],
    number: '4000000000006975',
    ...visa,
    decline: {
      code: 'card_declined',
      declineCode: 'card_velocity_exceeded',
      message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
      advice: 'try_again_later',
    },
  },
  {
    names: ['chargeDeclinedFraudulent', 'radarBlock'],
    number: '4100000000000019',
    ...visa,
    decline: { ...declined, declineCode: 'fraudulent', blocked: true },
  },
  {
    names: ['chargeCustomerFail'],
    number: '4000000000000341',
    ...visa,
    decline: { ...declined, declineCode: 'generic_decline', advice: 'try_again_later' },
  },
  { names: ['createDispute'], number: '4000000000000259', ...visa, afterwards: 'charge is disputed' },
  { names: ['refundFail'], number: '4000000000005126', ...visa, afterwards: 'refund fails' },
  { names: ['pendingRefund'], number: '4000000000007726', ...visa, afterwards: 'refund is pending' },
  { names: ['threeDSecure2Required'], number: '4000000000003220', ...visa, requiresAuthentication: true },
  { names: ['authenticationRequired'], number: '4000002760003184', ...visa, requiresAuthentication: true },
  {
    names: ['threeDSecureRequiredChargeDeclined'],
    number: '4000008400001629',
    ...visa,
    requiresAuthentication: true,
    decline: { ...declined, declineCode: 'generic_decline', advice: 'try_again_later' },
  },
];

/** Why a failed charge of this card failed; undefined if the card cannot fail. */
export const declineOf = (card: TestCard): Decline | undefined =>
  card.decline ?? (card.requiresAuthentication ? unauthenticated : undefined);

const byName = new Map(testCards.flatMap((card) => card.names.map((name) => [name, card] as const)));
const byNumber = new Map(testCards.map((card) => [card.number, card] as const));

const named = (text: string, prefix: string): TestCard | undefined =>
  text.startsWith(prefix) ? byName.get(text.slice(prefix.length)) : undefined;

/** The card of a token such as `tok_visa`. */
export const cardOfToken = (token: string): TestCard | undefined => named(token, 'tok_');

/** The card of one of Stripe's predefined payment methods, such as `pm_card_visa`. */
export const cardOfMagicMethod = (id: string): TestCard | undefined => named(id, 'pm_card_');

export const cardOfNumber = (digits: string): TestCard | undefined => byNumber.get(digits);

/** @throws for an unknown name, which another version of the sandbox has stored. */
export const cardOfName = (name: string): TestCard => {
  const card = byName.get(name);
  if (card === undefined) throw new Error(`the store names a test card that does not exist: ${name}`);
  return card;
};

export const last4 = (card: TestCard): string => card.number.slice(-4);

const fingerprints = new Map(
  testCards.map((card) => [card, createHash('sha256').update(card.number).digest('hex').slice(0, 16)] as const),
);

/** The same for every payment method with this card number. */
export const fingerprint = (card: TestCard): string => fingerprints.get(card) ?? '';
