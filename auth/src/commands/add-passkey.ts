import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { BadRequestError, NotAuthorizedError, ServiceUnavailableError } from '@ticketing/common/errors';
import type { CurrentUser } from '@ticketing/common/http';
import { isDuplicateKey } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import { maxPasskeys, TooManyPasskeysError } from '../domain/too-many-passkeys-error.ts';
import type { PasskeyDocument } from '../models/passkey.ts';
import { claimChallenge } from './passkey-challenges.ts';
import { removePasskeys } from './remove-passkey.ts';

export interface AddPasskey {
  readonly session: Pick<CurrentUser, 'id' | 'startedAt'>;
  readonly name: string;
  readonly response: RegistrationResponseJSON;
}

/** Far above what an algorithm that we offer needs. */
const maxPublicKey = 1_500;
/** Inserts that lose their slot to a concurrent request of the same account. */
const maxLostSlots = 5;

/**
 * Stores a passkey that the browser has created for this account.
 * @throws BadRequestError
 */
export const addPasskey = async (deps: Deps, { session, name, response }: AddPasskey): Promise<PasskeyDocument> => {
  const userId = session.id;
  const challenge = await claimChallenge(deps, response.response, { purpose: 'add', userId });
  const key = challenge === undefined ? undefined : await deps.webAuthn.verifyRegistration(response, challenge);
  if (key === undefined || key.publicKey.length > maxPublicKey)
    throw new BadRequestError('The passkey could not be verified, please try again');
  const { id, publicKey, counter } = key;
  const transports = (response.response.transports ?? []).join(' ');
  const passkey = await insertInFreeSlot(deps, {
    _id: id,
    userId,
    name,
    publicKey,
    counter,
    transports,
    createdAt: deps.now(),
    sessionStartedAt: new Date(session.startedAt),
  });
  // Its account may have been closed meanwhile, by a request that has found no such passkey to remove.
  const closed = await deps.users.findOne({ _id: userId, closedAt: { $exists: true } }, { projection: { _id: 1 } });
  if (closed === null) return passkey;
  await removePasskeys(deps, userId);
  throw new NotAuthorizedError();
};

const insertInFreeSlot = async (deps: Deps, passkey: Omit<PasskeyDocument, 'slot'>): Promise<PasskeyDocument> => {
  const { _id: id, userId } = passkey;
  for (let lost = 0; lost < maxLostSlots; lost += 1) {
    const taken = await deps.passkeys.find({ userId }, { projection: { slot: 1 } }).toArray();
    const slots = new Set(taken.map(({ slot }) => slot));
    const slot = Array.from({ length: maxPasskeys }, (_, index) => index).find((index) => !slots.has(index));
    if (slot === undefined) throw new TooManyPasskeysError();
    try {
      await deps.passkeys.insertOne({ ...passkey, slot });
      return { ...passkey, slot };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    // The error does not always name its index.
    if ((await deps.passkeys.findOne({ _id: id }, { projection: { _id: 1 } })) !== null)
      throw new BadRequestError('This passkey is already registered');
  }
  throw new ServiceUnavailableError();
};
