import { NotAuthorizedError } from '@ticketing/common/errors';
import type { Deps } from '../deps.ts';
import { WrongPasswordError } from '../domain/wrong-password-error.ts';
import type { UserDocument } from '../models/open-models.ts';

/**
 * The account of a signed-in user who has given its password.
 * @throws WrongPasswordError, and ServiceUnavailableError when too many passwords wait to be hashed.
 */
export const requirePassword = async (
  deps: Deps,
  { userId, password, field }: { readonly userId: string; readonly password: string; readonly field: string },
): Promise<UserDocument> => {
  const user = await deps.users.findOne({ _id: userId, closedAt: { $exists: false } }, { projection: { outbox: 0 } });
  if (user === null) throw new NotAuthorizedError();
  if (!(await deps.passwordHasher.verify(user.passwordHash, password))) throw new WrongPasswordError(field);
  return user;
};
