/** A card that was refused, in Stripe's terms. */
export interface Decline {
  /** For the buyer, as Stripe words it. */
  readonly message: string;
  readonly declineCode: string | undefined;
  /** The failed charge at Stripe. */
  readonly chargeId: string | undefined;
}

/**
 * Decline codes that speak of theft or fraud (https://docs.stripe.com/declines/codes): whoever pays like this gets no
 * other try. Everything else may be mended by another card, or by the same one later.
 */
const hopeless: ReadonlySet<string | undefined> = new Set([
  'fraudulent',
  'lost_card',
  'merchant_blacklist',
  'pickup_card',
  'restricted_card',
  'stolen_card',
]);

export const isHopeless = (decline: Decline): boolean => hopeless.has(decline.declineCode);
