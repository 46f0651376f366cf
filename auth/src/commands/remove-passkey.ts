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

/** Removes all passkeys of a user, for the end of the account. */
export const removePasskeys = async ({ passkeys }: Pick<Deps, 'passkeys'>, userId: string): Promise<void> => {
  await passkeys.deleteMany({ userId });
};
