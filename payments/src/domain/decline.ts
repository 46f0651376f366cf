/** A declined card, in Stripe's terms. */
export interface Decline {
  /** For the buyer. */
  readonly message: string;
  readonly declineCode: string | undefined;
  /** The failed charge at Stripe. */
  readonly chargeId: string | undefined;
}

/**
 * Decline codes that mean theft or fraud (https://docs.stripe.com/declines/codes): payment fails for good at the first
 * one. Every other decline may be followed by another card, or the same one later.
 */
const fatalCodes: ReadonlySet<string | undefined> = new Set([
  'fraudulent',
  'lost_card',
  'merchant_blacklist',
  'pickup_card',
  'restricted_card',
  'stolen_card',
]);

export const isFatal = (decline: Decline): boolean => fatalCodes.has(decline.declineCode);
