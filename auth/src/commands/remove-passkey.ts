import { NotFoundError } from '@ticketing/common/errors';
import type { Deps } from '../deps.ts';

/** @throws NotFoundError unless it is a passkey of the user. */
export const removePasskey = async (
  deps: Deps,
  { userId, id }: { readonly userId: string; readonly id: string },
): Promise<void> => {
  const { deletedCount } = await deps.passkeys.deleteOne({ _id: id, userId });
  if (deletedCount === 0) throw new NotFoundError('Passkey not found');
};

/** Removes the passkeys of a user, those alone that sessions from before a time have added if there is one. */
export const removePasskeys = async (
  { passkeys }: Pick<Deps, 'passkeys'>,
  userId: string,
  before?: Date,
): Promise<void> => {
  await passkeys.deleteMany({ userId, ...(before === undefined ? {} : { sessionStartedAt: { $lt: before } }) });
};
