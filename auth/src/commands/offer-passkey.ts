import type { CurrentUser } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { maxPasskeys, TooManyPasskeysError } from '../domain/too-many-passkeys-error.ts';
import { storeChallenge } from './passkey-challenges.ts';

/**
 * What the browser needs to create a passkey for the user.
 * @throws BadRequestError
 */
export const offerNewPasskey = async (deps: Deps, { id, email }: CurrentUser) => {
  const known = await deps.passkeys.find({ userId: id }, { projection: { transports: 1 } }).toArray();
  // Only a courtesy: the device would keep a passkey that the account refuses.
  if (known.length >= maxPasskeys) throw new TooManyPasskeysError();
  const options = await deps.webAuthn.creationOptions(
    { id, email },
    known.map(({ _id, transports }) => ({ id: _id, transports: transports.split(' ').filter((name) => name !== '') })),
  );
  await storeChallenge(deps, options.challenge, { purpose: 'add', userId: id });
  return options;
};

/** What the browser needs to sign in with any passkey of this site. */
export const offerPasskeySignIn = async (deps: Deps) => {
  const options = await deps.webAuthn.requestOptions();
  await storeChallenge(deps, options.challenge, { purpose: 'sign-in' });
  return options;
};
