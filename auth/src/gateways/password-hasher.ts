import { ServiceUnavailableError } from '@ticketing/common/errors';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createPool } from './pool.ts';

/**
 * Argon2id (the library's default algorithm) with the minimum memory (KiB), iterations and parallelism of OWASP's
 * password storage cheat sheet: about 15 ms per hash. Hashes with other parameters are renewed at sign-in.
 */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

const standardLimits = {
  /** Hashes run on libuv's four threads, which file access and DNS use too: one stays free. */
  concurrency: Math.min(3, Math.max(2, availableParallelism())),
  /** About eight seconds of hashing on two cores; further requests get a 503 instead of waiting longer. */
  maxWaiting: 1_000,
} as const;

/** Hashes and verifies passwords, a few at a time. @throws ServiceUnavailableError when too many wait. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** `undefined` stands for an account that does not exist: takes the same time and never matches. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
  /** Whether the hash was made with other parameters than today's. */
  isOutdated(passwordHash: string): boolean;
}

export const createPasswordHasher = (
  limits: { readonly concurrency: number; readonly maxWaiting: number } = standardLimits,
): PasswordHasher => {
  const pool = createPool({
    ...limits,
    refuse: () => new ServiceUnavailableError('Too many people are signing in, please try again'),
  });
  const dummyHash = hash(randomUUID(), parameters);
  dummyHash.catch(() => undefined); // `verify` awaits and throws it; here it only must not count as unhandled.
  return {
    hash: (password) => pool(() => hash(password, parameters)),
    verify: (passwordHash, password) =>
      pool(async () => {
        const matches = await verify(passwordHash ?? (await dummyHash), password);
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
