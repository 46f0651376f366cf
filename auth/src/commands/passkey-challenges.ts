import type { Deps } from '../deps.ts';
import { ceremonyMs } from '../gateways/web-authn.ts';

type Purpose = { readonly purpose: 'add'; readonly userId: string } | { readonly purpose: 'sign-in' };

/** Stores a challenge, which `claimChallenge` accepts once, within five minutes and for this purpose. */
export const storeChallenge = async (deps: Deps, challenge: string, purpose: Purpose): Promise<void> => {
  const expiresAt = new Date(deps.now().getTime() + ceremonyMs);
  await deps.passkeyChallenges.insertOne({ _id: challenge, ...purpose, expiresAt });
};

/** Returns the challenge that a response names, and forgets it; undefined unless it was stored for this purpose. */
export const claimChallenge = async (
  deps: Deps,
  response: { readonly clientDataJSON: string },
  purpose: Purpose,
): Promise<string | undefined> => {
  const challenge = deps.webAuthn.challengeOf(response);
  if (challenge === undefined) return undefined;
  // The database deletes expired documents some time later.
  const filter = { _id: challenge, ...purpose, expiresAt: { $gt: deps.now() } };
  return (await deps.passkeyChallenges.findOneAndDelete(filter)) === null ? undefined : challenge;
};
