import type { Deps } from '../deps.ts';
import type { PasskeyDocument } from '../models/passkey.ts';

/** A passkey as HTTP shows it. */
export const toPasskey = ({
  _id: id,
  name,
  createdAt,
  lastUsedAt,
}: Pick<PasskeyDocument, '_id' | 'name' | 'createdAt' | 'lastUsedAt'>) => ({
  id,
  name,
  createdAt: createdAt.toISOString(),
  ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
});

/** The passkeys of a user, the newest first. */
export const listPasskeys = async ({ passkeys }: Pick<Deps, 'passkeys'>, userId: string) => {
  const found = await passkeys.find({ userId }).sort({ createdAt: -1 }).toArray();
  return found.map(toPasskey);
};
