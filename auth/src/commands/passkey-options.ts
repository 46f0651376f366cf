import type { CurrentUser } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { maxPasskeys, TooManyPasskeysError } from '../domain/too-many-passkeys-error.ts';
import { storeChallenge } from './passkey-challenges.ts';

/**
 * Returns the options with which the browser creates a passkey for the user.
 * @throws BadRequestError
 */
export const createRegistrationOptions = async (deps: Deps, { id, email }: CurrentUser) => {
  const known = await deps.passkeys.find({ userId: id }, { projection: { transports: 1 } }).toArray();
  // An early check; the index of passkeys enforces the limit. Without it the device stores a passkey that the account then
  // refuses.
  if (known.length >= maxPasskeys) throw new TooManyPasskeysError();
  const options = await deps.webAuthn.creationOptions(
    { id, email },
    known.map(({ _id, transports }) => ({ id: _id, transports: transports.split(' ').filter((name) => name !== '') })),
  );
  await storeChallenge(deps, options.challenge, { purpose: 'add', userId: id });
  return options;
};

/** Returns the options with which the browser signs in with any passkey of this site. */
export const createAuthenticationOptions = async (deps: Deps) => {
  const options = await deps.webAuthn.requestOptions();
  await storeChallenge(deps, options.challenge, { purpose: 'sign-in' });
  return options;
};
