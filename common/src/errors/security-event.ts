/** What the security log records. */
export const securityEvents = [
  'signed_up',
  'signed_in',
  'sign_in_failed',
  'signed_out',
  'session_ended',
  'password_changed',
  'password_reset_requested',
  'password_reset',
  'email_change_requested',
  /** A new address, or that of the sign-up. */
  'email_verified',
  'passkey_added',
  'passkey_removed',
  /** The count of a passkey's signatures has gone back: another authenticator has a copy of its key. */
  'passkey_cloned',
  'account_closed',
  /** By an operator, as the next ones. */
  'refund_ordered',
  'refund_recorded',
  'problem_settled',
  'listing_withdrawn',
  'account_suspended',
  'account_reinstated',
  /** A rate limit is exceeded. */
  'limited',
  /** A signed-in user wants what belongs to another one. */
  'foreign_access',
  /** A session token has a wrong signature, is expired, or its session has ended. */
  'invalid_token',
  /** A browser has made the request for another site. */
  'cross_site',
  /** A webhook is not signed by Stripe. */
  'bad_signature',
] as const;

export type SecurityEvent = (typeof securityEvents)[number];
