import jsonwebtoken from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { sessionDays } from '../../events/index.ts';
import type { CurrentUser } from '../context.ts';

/** Whom session tokens are for: the services of this product. */
const audience = 'ticketing';

const payload = z.object({
  id: z.string(),
  email: z.string(),
  // These three are absent from tokens of the release before.
  aud: z.literal(audience).optional(),
  sid: z.string().optional(),
  /** Milliseconds. */
  startedAt: z.number().optional(),
  iat: z.number(),
  exp: z.number().optional(),
});

/** Signs and verifies session tokens: HS256, with an audience and an expiry. */
export interface SessionTokens {
  readonly sign: (user: CurrentUser) => string;
  readonly verify: (token: unknown) => CurrentUser | undefined;
}

/** About 8,000 sessions. */
const standardMaxBytes = 8 * 1024 * 1024;

/** Of a remembered token beside its texts. */
const overheadBytes = 512;

const isExpired = ({ expiresAt }: CurrentUser, time: number): boolean => expiresAt !== undefined && time >= expiresAt;

/**
 * Of `keys`, the same for all services, the first signs and all verify: so a new key signs nobody out.
 *
 * A token that was valid once is remembered, since its signature stays valid: a signature costs as much as the rest of the
 * middleware. Only its expiry is checked again; whether its session has ended is checked for each request by others. What is
 * not valid is not remembered, so strangers cannot fill the memory. At `maxBytes` the tokens that were not used for longest
 * are forgotten.
 */
export const createSessionTokens = (
  keys: readonly string[],
  options: { readonly maxBytes?: number; readonly now?: () => number } = {},
): SessionTokens => {
  const { maxBytes = standardMaxBytes, now = Date.now } = options;
  // Created once: a string would be parsed as a key at every verification.
  const secrets = keys.map((key) => createSecretKey(Buffer.from(key)));
  const [signing] = secrets;
  if (signing === undefined) throw new TypeError('no key to sign session tokens with');
  const known = new LRUCache<string, CurrentUser>({
    maxSize: maxBytes,
    sizeCalculation: ({ id, email, sid }, token) =>
      overheadBytes + token.length + 2 * (id.length + email.length + sid.length),
  });

  /** Undefined unless this key has signed the token, which has not expired. */
  const verifyWith = (key: KeyObject, token: string): unknown => {
    try {
      const clockTimestamp = Math.floor(now() / 1000);
      return jsonwebtoken.verify(token, key, { algorithms: ['HS256'], clockTimestamp });
    } catch {
      return undefined;
    }
  };

  const verify = (token: string): CurrentUser | undefined => {
    for (const secret of secrets) {
      const { data } = payload.safeParse(verifyWith(secret, token));
      if (data === undefined) continue;
      const { id, email, iat, exp } = data;
      // A token of the release before names no session: its hash does, so that it can be ended like any other.
      const sid = data.sid ?? createHash('sha256').update(token).digest('hex').slice(0, 24);
      const expiresAt = exp === undefined ? {} : { expiresAt: exp * 1000 };
      return Object.freeze({ id, email, sid, startedAt: data.startedAt ?? iat * 1000, ...expiresAt });
    }
    return undefined;
  };

  return {
    sign: ({ id, email, sid, startedAt }) =>
      jsonwebtoken.sign({ id, email, sid, startedAt }, signing, {
        algorithm: 'HS256',
        audience,
        expiresIn: `${sessionDays}d`,
      }),
    verify: (token) => {
      if (typeof token !== 'string') return undefined;
      const found = known.get(token);
      if (found !== undefined) {
        if (!isExpired(found, now())) return found;
        known.delete(token);
        return undefined;
      }
      const user = verify(token);
      if (user !== undefined) known.set(token, user);
      return user;
    },
  };
};
