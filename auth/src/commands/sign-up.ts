import { BadRequestError } from '@ticketing/common/errors';
import { userCreated } from '@ticketing/common/events';
import { isDuplicateKey } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import type { SignedIn } from '../domain/signed-in.ts';
import { verification } from './send-verification.ts';
import { startSession, type Browser } from './start-session.ts';

export interface SignUp {
  /** Normalised. */
  readonly email: string;
  readonly password: string;
  readonly browser: Browser;
}

/**
 * Creates an account, and mails a link that verifies its e-mail. Of several concurrent sign-ups with one e-mail the unique index lets one through.
 * @throws BadRequestError when the e-mail has an account, ServiceUnavailableError when too many passwords wait to be
 *   hashed.
 */
export const signUp = async (deps: Deps, request: SignUp): Promise<SignedIn> => {
  const passwordHash = await deps.passwordHasher.hash(request.password);
  const id = deps.newId();
  const { email } = request;
  const createdAt = deps.now();
  const { link: verifyLink, mail } = verification(id, email, createdAt);
  try {
    const user = { _id: id, email, passwordHash, createdAt, verifyLink, mail: [mail] };
    await deps.userStore.insert(user, userCreated, request.browser.trace);
  } catch (error) {
    if (isDuplicateKey(error)) throw new BadRequestError('Email in use', 'email');
    throw error;
  }
  deps.mail.sendSoon();
  return startSession(deps, { _id: id, email }, request.browser);
};
