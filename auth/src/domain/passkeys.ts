/**
 * Whether a passkey has ended with a reset of the password. The session that has added it decides, not the time of the
 * addition, so that a request which is still in progress during the reset leaves none behind.
 */
export const hasEnded = (
  { sessionStartedAt }: { readonly sessionStartedAt: Date },
  { passkeysFrom }: { readonly passkeysFrom?: Date },
): boolean => passkeysFrom !== undefined && sessionStartedAt < passkeysFrom;
