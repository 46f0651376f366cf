import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Deps } from '../deps.ts';
import { ClonedPasskeyError, InvalidCredentialsError } from '../domain/invalid-credentials-error.ts';
import type { SignedIn } from '../domain/signed-in.ts';
import type { PasskeyDocument } from '../models/passkey.ts';
import { hasEnded } from '../domain/passkeys.ts';
import { claimChallenge } from './passkey-challenges.ts';
import { startSession, type Browser } from './start-session.ts';

/**
 * Signs in the owner of the passkey that has signed a challenge of ours.
 * @throws InvalidCredentialsError
 */
export const signInWithPasskey = async (
  deps: Deps,
  response: AuthenticationResponseJSON,
  browser: Browser,
): Promise<SignedIn> => {
  const challenge = await claimChallenge(deps, response.response, { purpose: 'sign-in' });
  const passkey = await deps.passkeys.findOne({ _id: response.id });
  if (challenge === undefined || passkey === null) throw new InvalidCredentialsError();
  const { _id: id, userId, publicKey } = passkey;
  const userHandle = Buffer.from(response.response.userHandle ?? '', 'base64url').toString();
  const counter = await deps.webAuthn.verifyAuthentication(response, challenge, { id, publicKey });
  if (counter === undefined || userHandle !== userId) throw new InvalidCredentialsError();
  const user = await deps.users.findOne({ _id: userId }, { projection: { outbox: 0 } });
  if (user === null || hasEnded(passkey, user)) throw new InvalidCredentialsError();
  await recordUse(deps, passkey, counter);
  return startSession(deps, user, browser);
};

/**
 * Raises the counter, which the write alone compares, so that of several concurrent uses of one count one succeeds. An
 * authenticator that does not count sends 0 for ever.
 */
const recordUse = async (deps: Deps, { _id: id, userId }: PasskeyDocument, counter: number): Promise<void> => {
  const isNew = counter === 0 ? { counter: 0 } : { counter: { $lt: counter } };
  const { matchedCount } = await deps.passkeys.updateOne(
    { _id: id, userId, ...isNew },
    { $set: { counter, lastUsedAt: deps.now() } },
  );
  if (matchedCount > 0) return;
  // It may have been removed meanwhile.
  const isKept = (await deps.passkeys.findOne({ _id: id }, { projection: { _id: 1 } })) !== null;
  throw isKept ? new ClonedPasskeyError(userId) : new InvalidCredentialsError();
};
