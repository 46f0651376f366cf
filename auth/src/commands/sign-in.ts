import { ServiceUnavailableError } from '@ticketing/common/errors';
import { userUpdated } from '@ticketing/common/events';
import type { UserDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';
import { InvalidCredentialsError } from '../domain/invalid-credentials-error.ts';
import type { SignedIn } from '../domain/signed-in.ts';
import { startSession, type Browser } from './start-session.ts';

export interface SignIn {
  /** Normalised. */
  readonly email: string;
  readonly password: string;
  readonly browser: Browser;
}

/**
 * Checks an e-mail and password. An unknown e-mail and a wrong password get the same message after the same hashing work,
 * so that neither text nor time shows which accounts exist.
 * @throws InvalidCredentialsError, and ServiceUnavailableError when too many passwords wait to be hashed.
 */
export const signIn = async (deps: Deps, request: SignIn): Promise<SignedIn> => {
  const user = await deps.users.findOne({ email: request.email }, { projection: { outbox: 0 } });
  const matches = await deps.passwordHasher.verify(user?.passwordHash, request.password);
  if (user === null || !matches) throw new InvalidCredentialsError();
  await renewPasswordHash(deps, user, request);
  return startSession(deps, user, request.browser);
};

/**
 * Replaces an outdated hash, which is possible only while the password is known. A concurrent change of the account takes
 * precedence. While too many passwords wait, the hash is left for the next sign-in and this one still succeeds.
 */
const renewPasswordHash = async (deps: Deps, user: UserDocument, request: SignIn): Promise<void> => {
  if (!deps.passwordHasher.isOutdated(user.passwordHash)) return;
  const passwordHash = await deps.passwordHasher.hash(request.password).catch((error: unknown) => {
    if (error instanceof ServiceUnavailableError) return undefined;
    throw error;
  });
  if (passwordHash === undefined) return;
  await deps.userStore.change({
    filter: { _id: user._id, version: user.version },
    set: { passwordHash },
    event: userUpdated,
    trace: request.browser.trace,
  });
};
