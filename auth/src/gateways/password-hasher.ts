import { ServiceUnavailableError } from '@ticketing/common/errors';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createPool } from './pool.ts';

/**
 * Argon2id (the library's standard algorithm) with the memory (KiB), passes and lanes that OWASP's password storage
 * cheat sheet asks for at least: about 15 ms. Hashes with others are renewed when their owner signs in.
 */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

const standardLimits = {
  /** The hashes run on Node's four threads, which file and name look-ups need too: one stays free. */
  concurrency: Math.min(3, Math.max(2, availableParallelism())),
  /** Some eight seconds of work on two cores; whoever comes then is asked to come back instead of waiting longer. */
  mostWaiting: 1_000,
} as const;

/** Keeps passwords as hashes, a few at a time. All throw ServiceUnavailableError when too many wait. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Does the same work for `undefined`, which is the hash of an account that does not exist and matches nothing. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
  /** Whether it was made with other parameters than today's. */
  isOutdated(passwordHash: string): boolean;
}

export const createPasswordHasher = (
  limits: { readonly concurrency: number; readonly mostWaiting: number } = standardLimits,
): PasswordHasher => {
  const pool = createPool({
    ...limits,
    refuse: () => new ServiceUnavailableError('Too many people are signing in, please try again'),
  });
  const nobody = hash(randomUUID(), parameters);
  nobody.catch(() => undefined); // Thrown where it is awaited.
  return {
    hash: (password) => pool(() => hash(password, parameters)),
    verify: (passwordHash, password) =>
      pool(async () => {
        const matches = await verify(passwordHash ?? (await nobody), password);
        return matches && passwordHash !== undefined;
      }),
    isOutdated: (passwordHash) => {
      const made = parseOptions(passwordHash);
      return (
        !passwordHash.startsWith('$argon2id$') ||
        made.memoryCost !== parameters.memoryCost ||
        made.timeCost !== parameters.timeCost ||
        made.parallelism !== parameters.parallelism ||
        made.outputLen !== parameters.outputLen
      );
    },
  };
};
